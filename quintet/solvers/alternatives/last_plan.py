"""The last plan: read from an answer, and laid over the decisions that there are now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from quintet.errors import DataError, RunError
from quintet.formulation.document import VERSION
from quintet.formulation.files import read_text
from quintet.formulation.model import Floats, Key, Model, VariableData
from quintet.formulation.wording import place_of

ANSWER = "answer.json"


@dataclass(frozen=True)
class LastPlan:
    """The last plan's values where a decision of now has one.

    Args:
        values: Per variable family, one entry a row; NaN where the last plan has none.
        new: Decisions without a last value, by place.
        gone: Values that name no decision of now, by place.
    """

    values: Mapping[str, Floats] = field(repr=False)
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def known(self) -> int:
        """Decisions that have a last value."""
        return int(sum(np.count_nonzero(~np.isnan(values)) for values in self.values.values()))

    def filled(self, model: Model) -> dict[str, Floats]:
        """The values with 0, or the bound nearest to it, where there is none; one array a family."""
        return {
            name: np.where(np.isnan(values), np.clip(0.0, v.lower, v.upper), values)
            for (name, v), values in zip(model.variables.items(), self.values.values(), strict=True)
        }


def read_last(source: Path | Mapping[str, Any]) -> Mapping[str, Any]:
    """Values by variable from an answer, a run's folder, or a map of values.

    Args:
        source: A folder with an `answer.json`, such a file, a JSON file of values by variable (a
            number, or maps by the text of each index), or the map itself.

    Raises:
        RunError: There is no such file, or it holds no plan.
    """
    if isinstance(source, Mapping):
        return _values(source, "last plan")
    path = source / ANSWER if source.is_dir() else source
    if not path.is_file():
        said = f"has no {ANSWER}" if source.is_dir() else "is no file"
        raise RunError(
            said, place=str(source), remedy="give a run's folder, its answer.json, or a JSON of values"
        )
    try:
        found = json.loads(read_text(path))
    except (ValueError, RecursionError):
        raise RunError("is not JSON", place=str(path), remedy="give the answer.json of a run") from None
    if not isinstance(found, Mapping):
        raise RunError("is no map of values by variable", place=str(path), remedy="give an answer.json")
    return _values(found, str(path))


def _values(found: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """The variables of an answer; a map without `quintet` is taken for them itself."""
    if "quintet" not in found:
        return found
    if found["quintet"] != VERSION:
        raise RunError(
            f"version {found['quintet']!r} is not known here",
            place=place,
            remedy="upgrade: pip install -U quintet",
        )
    variables = found.get("variables")
    if not isinstance(variables, Mapping) or not variables:
        raise RunError(
            f"holds no plan: it ended {found.get('status', 'without one')!r}",
            place=place,
            remedy="give the answer of a run that was solved",
        )
    return variables


def laid_over(model: Model, last: Mapping[str, Any]) -> LastPlan:
    """The last values of the decisions that there are now.

    Args:
        model: The model of now.
        last: Values by variable.

    Raises:
        DataError: A value is no number, or no decision of the last plan exists any more.
    """
    values: dict[str, Floats] = {}
    new: list[str] = []
    gone = [name for name in last if name not in model.variables]
    for name, variable in model.variables.items():
        flat = dict(_flattened(last.get(name, {}), variable.family.arity, name))
        values[name] = np.array(
            [flat.pop(_text(key), np.nan) for key in variable.family.keys], dtype=np.float64
        )
        gone += [place_of(name, key) for key in flat]
        new += _unknown(variable, values[name])
    plan = LastPlan(values, tuple(new), tuple(gone))
    if not plan.known:
        raise DataError(
            f"none of its decisions is in this model, which decides {', '.join(model.variables)}",
            place="last plan",
            remedy="give the last plan of this formulation",
        )
    return plan


def _text(key: Key) -> tuple[str, ...]:
    return tuple(str(part) for part in key)


def _unknown(variable: VariableData, values: Floats) -> list[str]:
    keys = variable.family.keys
    return [place_of(variable.name, keys[row]) for row in np.flatnonzero(np.isnan(values)).tolist()]


def _flattened(
    value: Any, arity: int, place: str, key: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Values by the texts of their key."""
    if len(key) == arity and not isinstance(value, Mapping):
        yield key, _number(value, place_of(place, key))
    elif isinstance(value, Mapping) and len(key) < arity:
        for part, inner in value.items():
            yield from _flattened(inner, arity, place, (*key, str(part)))
    elif value != {}:
        said = f"has {len(key)} of {arity} indices" if len(key) < arity else "has more indices than now"
        raise DataError(
            said, place=place_of(f"last plan, {place}", key), remedy="give the plan of this formulation"
        )


def _number(value: Any, place: str) -> float:
    fine = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    if not fine:
        raise DataError(f"{value!r} is no number", place=f"last plan, {place}", remedy="give a number")
    return float(value)
