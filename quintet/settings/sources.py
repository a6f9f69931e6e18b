"""Where settings come from, the strongest first, and what to call a value that can't be used."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource
from pydantic_settings import SettingsError as UnreadableValue

from quintet.errors import SettingsError

OPENAI_NAMES = {"OPENAI_API_KEY": "api_key", "OPENAI_BASE_URL": "base_url", "OPENAI_MODEL": "model"}
PREFIX = "QUINTET_"
OTHERS = ("QUINTET_BENCH", "QUINTET_TEST_")  # variables of the project's own tests
SECRET = ("api_key", "models", "base_url")  # values that no message may show

Raw: TypeAlias = dict[str, Any]
Kind: TypeAlias = type[BaseSettings]


@dataclass(frozen=True)
class Origin:
    """Where a value was set: its name there, and whether that is a file of the working folder."""

    name: str
    local: bool


@dataclass(frozen=True)
class Layer:
    """What one source says.

    Args:
        values: Its values by setting.
        label: What to call a value of it, where `{}` stands for the setting's name.
        local: It is a file of the working folder.
        capitals: It names settings as variables do.
    """

    values: Raw
    label: str
    local: bool = False
    capitals: bool = False

    def name(self, place: tuple[str, ...]) -> str:
        """What the user calls a value of this source."""
        if self.capitals:
            return self.label.replace("{}", "__".join(place).upper())
        flag = self.label.startswith("--")
        return self.label.replace("{}", "-".join(place).replace("_", "-") if flag else ".".join(place))


def layers_of(
    kind: Kind, flags: Mapping[str, object], folder: Path, user_file: Path, environment: Mapping[str, str]
) -> list[Layer]:
    """The sources, the strongest first.

    Raises:
        SettingsError: A file or a variable that can't be read.
    """
    return list(_layers(kind, flags, folder, user_file, environment))


def merged(layers: list[Layer]) -> Raw:
    """The values that hold."""
    return reduce(_over, (layer.values for layer in reversed(layers)), {})


def _layers(
    kind: Kind, flags: Mapping[str, object], folder: Path, user_file: Path, environment: Mapping[str, str]
) -> Iterator[Layer]:
    yield Layer({name: value for name, value in flags.items() if value is not None}, "--{}")
    yield from _variables(kind, environment, "")
    yield from _variables(kind, _dotenv(folder / ".env"), ".env: ", local=True)
    yield Layer(_toml(folder / "quintet.toml"), "quintet.toml: {}", local=True)
    yield Layer(_toml(user_file), f"{user_file}: {{}}")


def _variables(kind: Kind, names: Mapping[str, str], label: str, *, local: bool = False) -> Iterator[Layer]:
    try:
        values = _Variables(kind, names)()
    except UnreadableValue as error:
        raise SettingsError(f"{label}{_first_line(error)}", remedy="write it as JSON") from None
    yield Layer(values, f"{label}{PREFIX}{{}}", local, capitals=True)
    for name, field in OPENAI_NAMES.items():
        if names.get(name):
            yield Layer({field: names[name]}, f"{label}{name}", local)


class _Variables(EnvSettingsSource):
    """Variables from a mapping instead of the process."""

    def __init__(self, kind: Kind, names: Mapping[str, str]) -> None:
        self._names = names
        super().__init__(kind)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._names.items() if value}


def _dotenv(path: Path) -> dict[str, str]:
    """The names of a `.env` file; `${NAME}` stays as it is, so that a file can't carry a key away."""
    from dotenv import dotenv_values

    try:
        found = dotenv_values(path, interpolate=False) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"can't be read: {_first_line(error)}", place=str(path)) from None
    return {name: value for name, value in found.items() if value}


def _toml(path: Path) -> Raw:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            f"can't be read: {_first_line(error)}", place=str(path), remedy="mend the file"
        ) from None


def _over(low: Raw, high: Raw) -> Raw:
    """`high` laid over `low`, table by table."""
    merged = dict(low)
    for name, value in high.items():
        below = merged.get(name)
        merged[name] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _leaves(values: Raw, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*place, str(name)))
        else:
            yield (*place, str(name))


def origins(layers: list[Layer]) -> dict[str, Origin]:
    """Where each value was set, by its path."""
    return {
        ".".join(place): Origin(layer.name(place), layer.local)
        for layer in reversed(layers)
        for place in _leaves(layer.values)
    }


def explained(error: ValidationError, layers: list[Layer], kind: Kind) -> SettingsError:
    """The first fault, under the name by which the user set it."""
    fault = error.errors(include_url=False, include_context=False)[0]
    place = tuple(str(part) for part in fault["loc"])
    known = place[:-1] if fault["type"] == "missing" else place  # what is missing stands in no source
    layer = next((layer for layer in layers if _holds(layer.values, known)), None)
    name = layer.name(place) if layer else ".".join(place)
    field = kind.model_fields.get(place[0])
    meaning = f"it is {field.description}" if field else _meant(place[0], kind)
    if fault["type"] == "extra_forbidden":
        return SettingsError("there is no such setting", place=name, remedy=meaning)
    shown = "" if place[0] in SECRET else f"{str(fault['input'])[:60]!r} can't be used: "
    message = fault["msg"].removeprefix("Value error, ")
    return SettingsError(f"{shown}{message[0].lower()}{message[1:]}", place=name, remedy=meaning)


def _holds(values: object, place: tuple[str, ...]) -> bool:
    """Whether a layer says something at this place, or at a value above it."""
    for part in place:
        if not isinstance(values, dict):
            return True
        if part not in values:
            return False
        values = values[part]
    return True


def _meant(name: str, kind: Kind) -> str:
    close = get_close_matches(name.lower(), kind.model_fields, n=1)
    return f"did you mean {close[0]}?" if close else f"the settings are {', '.join(kind.model_fields)}"


def unknown_variables(environment: Mapping[str, str], kind: Kind) -> dict[str, str]:
    """`QUINTET_…` variables that are no settings, each with what may have been meant."""
    names = [name for name in environment if name.startswith(PREFIX) and not name.startswith(OTHERS)]
    fields = {name: name.removeprefix(PREFIX).lower().partition("__")[0] for name in names}
    return {name: _meant(field, kind) for name, field in fields.items() if field not in kind.model_fields}


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
