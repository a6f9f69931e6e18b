"""Loading, checking and saving a formulation: `Formulation` is the document with its two formats."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import PrivateAttr, ValidationError

from quintet.errors import DocumentError
from quintet.formulation.files import decode, read_text, write_text
from quintet.formulation.json_reader import read_json
from quintet.formulation.names import check_names
from quintet.formulation.plain_data import check_plain
from quintet.formulation.schema import Document, Domain, VariableEntry, shown
from quintet.formulation.validation import at, document_error
from quintet.formulation.yaml_reader import INTEGER, read_yaml
from quintet.formulation.yaml_writer import write_yaml

VERSION = 1
Format = Literal["yaml", "json"]
SUFFIXES: dict[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
ORDER = {"sense": -1, "text": -1, "index": -1, "for": -1, "unit": 1, "kind": 1, "source": 2, "note": 3}


class Formulation(Document):
    """A five-element formulation as a document.

    Two formulations are equal if their documents are, wherever they came from. Names are checked
    as `names.check_names` says; continuous, integer and semicontinuous variables state `lower`
    (`null` for none), and binary ones have no bounds.
    """

    _folder: Path | None = PrivateAttr(default=None)

    @property
    def folder(self) -> Path | None:
        """Where its tables are looked up: the folder of the file it was loaded from."""
        return self._folder

    def within(self, folder: Path | None) -> Self:
        """The same document with its tables looked up in `folder`."""
        copy = self.model_copy()
        copy._folder = folder
        return copy

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a formulation from a `.yaml`, `.yml` or `.json` file.

        Raises:
            DocumentError: The file can't be read, or is not a formulation.
        """
        path = Path(path)
        format = _format_of(path)
        found = cls.loads(read_text(path), format, place=path.name)
        return found.within(path.resolve().parent)

    @classmethod
    def loads(cls, text: str, format: Format = "yaml", place: str = "") -> Self:
        """Read a formulation from text.

        Args:
            text: The document.
            format: `yaml` or `json`.
            place: Name of the document for messages.

        Raises:
            DocumentError: It is not YAML or JSON, or not a formulation.
        """
        read = {"yaml": read_yaml, "json": read_json}.get(format)
        if read is None:
            raise DocumentError(f"unknown format {format!r}", place=place, remedy="use 'yaml' or 'json'")
        return cls._validated(read(text, place), place)

    @classmethod
    def model_validate(cls, obj: Any, **_options: Any) -> Self:
        """Check plain data (nested maps and lists) and make a formulation of it.

        Raises:
            DocumentError: It is not a formulation.
        """
        return obj if isinstance(obj, cls) else cls._validated(obj, "")

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **_options: Any) -> Self:
        """Read a formulation from JSON.

        Raises:
            DocumentError: It is not JSON, or not a formulation.
        """
        text = json_data if isinstance(json_data, str) else decode(bytes(json_data), "")
        return cls.loads(text, "json")

    @classmethod
    def _validated(cls, data: Any, place: str) -> Self:
        data = data.model_dump(by_alias=True, exclude_unset=True) if isinstance(data, Document) else data
        _check_top(data, place)
        check_plain(data, place)
        try:
            found = super().model_validate(data)
        except ValidationError as error:
            raise document_error(error, data, place) from None
        check_names(found, place)
        _check_bounds(found, place)
        return found

    def dump(self, format: Format = "yaml") -> str:
        """The document as text; `loads` gives back an equal formulation.

        Args:
            format: `yaml` or `json`.
        """
        data = {"quintet": self.quintet, **self.model_dump(mode="json", by_alias=True, exclude_unset=True)}
        if format == "json":
            return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        if format == "yaml":
            return write_yaml(_for_people(data))
        raise DocumentError(f"unknown format {format!r}", remedy="use 'yaml' or 'json'")

    def save(self, path: str | Path) -> None:
        """Write the document to a file: the whole or nothing.

        Raises:
            DocumentError: The suffix is unknown, or the file can't be written.
        """
        path = Path(path)
        write_text(path, self.dump(_format_of(path)))

    def __eq__(self, other: object) -> bool:
        return self.__dict__ == other.__dict__ if isinstance(other, Formulation) else NotImplemented


def _format_of(path: Path) -> Format:
    format = SUFFIXES.get(path.suffix.lower())
    if format is None:
        said = f"the suffix {path.suffix!r} is unknown" if path.suffix else "the file name has no suffix"
        raise DocumentError(said, place=path.name, remedy="name it .yaml or .json")
    return format


def _check_top(data: Any, place: str) -> None:
    if data is None:
        raise DocumentError("the document is empty", place=place, remedy="write an objective to begin with")
    if not isinstance(data, Mapping):
        raise DocumentError(
            f"the document is {shown(data)}, not a map",
            place=place,
            remedy="write the sections sets:, parameters:, variables:, objective:, constraints:",
        )
    version = data.get("quintet", VERSION)
    if isinstance(version, int) and not isinstance(version, bool) and version != VERSION:
        remedy = (
            "upgrade: pip install --upgrade quintet" if version > VERSION else f"write quintet: {VERSION}"
        )
        said = f"version {shown(version)} of the language is not known here, only {VERSION}"
        raise DocumentError(said, place=at(place, ("quintet",)), remedy=remedy)


def _check_bounds(document: Document, place: str) -> None:
    for name, variable in document.variables.items():
        where = at(place, ("variables", name))
        if variable.domain is Domain.BINARY:
            _check_binary(variable, where)
        elif "lower" not in variable.model_fields_set:
            said = f"the lower bound of this {variable.domain} variable is not said"
            raise DocumentError(said, place=where, remedy="write lower: 0, or lower: null for none")


def _check_binary(variable: VariableEntry, where: str) -> None:
    for bound in ("lower", "upper"):
        value = getattr(variable, bound)
        if value is not None:
            raise DocumentError(
                f"a binary variable is 0 or 1 and takes no bound, but {bound} is {shown(value)}",
                place=where,
                remedy=f"leave {bound} out, or use domain: integer with lower and upper",
            )


def _for_people(data: dict[str, Any]) -> dict[str, Any]:
    """The document with what an entry ranges over first, its source last, and numbers as keys."""
    return {section: _arranged(section, found) for section, found in data.items()}


def _arranged(section: str, found: Any) -> Any:
    if isinstance(found, list):
        return [_ordered(entry) for entry in found]
    if section == "objective":
        return _ordered(found)
    return {name: _ordered(entry) for name, entry in found.items()} if isinstance(found, dict) else found


def _ordered(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    ordered = dict(sorted(entry.items(), key=lambda item: ORDER.get(item[0], 0)))
    if "values" in ordered:
        ordered["values"] = _numbered(ordered["values"])
    for field in ("set", "expect"):
        if field in ordered:
            ordered[field] = {name: _numbered(value) for name, value in ordered[field].items()}
    return ordered


def _numbered(value: Any) -> Any:
    if isinstance(value, list):
        return [_numbered(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {_number_key(key): _numbered(item) for key, item in value.items()}


def _number_key(key: str) -> int | str:
    return int(key) if len(key) < 16 and key != "-0" and INTEGER.fullmatch(key) else key
