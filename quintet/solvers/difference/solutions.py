"""Two answers → what is different: how they ended, what they are worth, the decisions, the limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from quintet.errors import RunError
from quintet.formulation.evaluation import ConstraintValues
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Key
from quintet.formulation.tolerances import agree, clean, slack_of
from quintet.formulation.wording import place_of
from quintet.solvers.difference.change import Change, Detail, Value, What
from quintet.solvers.solution import Solution

FIELDS = ("status", "verdict", "sense", "objective", "unit", "class")


@dataclass(frozen=True)
class Plan:
    """An answer as it is compared.

    Args:
        fields: Status, verdict, sense, objective and the like; None for what is not known.
        decisions: Values by name and key.
        quantities: Values of named expressions by name and key.
        binding: The limits that hold with equality, with their price or None.
    """

    fields: Mapping[str, Value]
    decisions: Mapping[str, Mapping[Key, float]] = field(repr=False)
    quantities: Mapping[str, Mapping[Key, float]] = field(repr=False)
    binding: Mapping[tuple[str, Key], float | None] = field(repr=False)


def plan_of(solution: Solution) -> Plan:
    """What a solution says, evaluated at its point."""
    model, objective = solution.model, solution.objective
    first = model.objectives[0]
    fields: dict[str, Value] = {
        "status": solution.outcome.value,
        "sense": first.sense.value,
        "objective": objective,
        "unit": first.unit,
        "class": solution.problem_class.value,
    }
    if solution.point is None or not solution.outcome.solved:
        return Plan(fields, {}, {}, {})
    found = evaluate(model, solution.point)
    quantities = {
        name: dict(zip(model.expressions[name].family.keys, values.tolist(), strict=True))
        for name, values in found.expressions.items()
    }
    tight = {place: None for values in found.constraints.values() for place in _tight(values)}
    return Plan(fields, {name: solution.values(name) for name in solution.point}, quantities, tight)


def _tight(values: ConstraintValues) -> Iterator[tuple[str, Key]]:
    """Rows of an inequality that hold with equality."""
    if set(values.operators) & {"==", "!="} or values.logical:
        return
    for row, key in enumerate(values.family.keys):
        sides = zip(values.left[row].tolist(), values.right[row].tolist(), strict=True)
        if any(abs(left - right) <= slack_of(left, right) for left, right in sides):
            yield values.name, key


def plan_from(record: Mapping[str, Any], place: str) -> Plan:
    """What a recorded answer says.

    Args:
        record: As `quintet solve --json` prints it.
        place: Where it stands, for messages.

    Raises:
        RunError: It is damaged.
    """
    try:
        return Plan(
            {name: _simple(record.get(name), name) for name in FIELDS},
            {name: dict(_flat(values)) for name, values in record["variables"].items()},
            {name: dict(_flat(values)) for name, values in record.get("quantities", {}).items()},
            {(row["constraint"], tuple(row["key"])): _number(row["price"]) for row in record["binding"]},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        said = f"is not an answer as 'quintet solve --json' prints it: {type(error).__name__}: {error}"
        raise RunError(said, place=place, remedy="solve again, and compare what it prints") from None


def _simple(value: Any, name: str) -> Value:
    if value is not None and not isinstance(value, int | float | str):
        raise TypeError(f"{name} is no simple value")
    return value


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _flat(values: Any, key: Key = ()) -> Iterator[tuple[Key, float]]:
    if isinstance(values, dict):
        for name, inner in values.items():
            yield from _flat(inner, (*key, name))
    else:
        yield key, float(values)


def changes_of_plans(before: Plan, after: Plan) -> list[Change]:
    """What is different, values within the tolerance of `tolerances.agree` counted as equal."""
    if not before.decisions or not after.decisions:  # one has no plan, and the status says so
        return list(_fields(before, after))
    return [
        *_fields(before, after),
        *_values("decisions", before.decisions, after.decisions),
        *_values("quantities", before.quantities, after.quantities),
        *_limits(before, after),
    ]


def _fields(before: Plan, after: Plan) -> Iterator[Change]:
    for name in FIELDS:
        old, new = before.fields.get(name), after.fields.get(name)
        if not _same(old, new):
            yield Change(
                "answer", name, What.CHANGED, details=(Detail("value", (), _clean(old), _clean(new)),)
            )


def _same(old: Value, new: Value) -> bool:
    if isinstance(old, int | float) and isinstance(new, int | float):
        return agree(old, new)
    return (old or None) == (new or None)


def _clean(value: Value) -> Value:
    if not isinstance(value, float):
        return value
    near = float(f"{clean(value):.10g}")  # what lies beyond is the solver's rounding
    return int(near) if near.is_integer() and abs(near) < 2**53 else near


def _values(
    section: str, olds: Mapping[str, Mapping[Key, float]], news: Mapping[str, Mapping[Key, float]]
) -> Iterator[Change]:
    for name in dict.fromkeys((*olds, *news)):
        if name not in olds or name not in news:
            yield Change(section, name, What.ADDED if name in news else What.REMOVED)
            continue
        old, new = _texts(olds[name]), _texts(news[name])
        keys = dict.fromkeys((*old, *new))
        details = tuple(
            Detail("value", key, _clean(old.get(key)), _clean(new.get(key)))
            for key in keys
            if not _same(old.get(key), new.get(key))
        )
        if details:
            yield Change(section, name, What.CHANGED, details=details)


def _texts(values: Mapping[Key, float]) -> dict[Key, float]:
    """Keys as text: records write all elements so."""
    return {tuple(map(str, key)): value for key, value in values.items()}


def _limits(before: Plan, after: Plan) -> Iterator[Change]:
    """Limits that bind on one side only."""
    olds = {(name, tuple(map(str, key))) for name, key in before.binding}
    news = {(name, tuple(map(str, key))) for name, key in after.binding}
    for name in dict.fromkeys(name for name, _ in (*before.binding, *after.binding)):
        gone = [key for one, key in _ordered(before) if one == name and (one, key) not in news]
        come = [key for one, key in _ordered(after) if one == name and (one, key) not in olds]
        details = [Detail("element", key, place_of(name, key), None) for key in gone]
        details += [Detail("element", key, None, place_of(name, key)) for key in come]
        if details:
            yield Change("binding limits", name, What.CHANGED, details=tuple(details))


def _ordered(plan: Plan) -> Iterator[tuple[str, Key]]:
    return ((name, tuple(map(str, key))) for name, key in plan.binding)
