"""What was decided: the largest amounts of each family, grouped where there are many."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quintet.formulation.model import Floats, Key, Model, Point, VariableData
from quintet.formulation.schema import Domain
from quintet.formulation.tolerances import INTEGRALITY
from quintet.formulation.wording import brief, counted, element_of, entry, listed, plural, with_unit

SHOWN = 6
"""Most amounts of one family that are named."""
CHOSEN = 12
"""Most chosen elements of a family of yes-or-no decisions that are named."""
FAMILIES = 5
"""Most families of decisions that are told."""


def chosen(model: Model, point: Point) -> list[str]:
    """A line for each family of decisions that is not 0 throughout, in the order of the document."""
    own = [v for n, v in model.variables.items() if not _is_deviation(model, n)]
    told = [(v, line) for v in own if (line := _family(v, point[v.name]))]
    lines = [line for _, line in told[:FAMILIES]]
    if len(told) > FAMILIES:
        names = listed([v.name for v, _ in told[FAMILIES:]])
        lines.append(f"{names} follow from these.") if len(told) - FAMILIES > 1 else lines.append(told[-1][1])
    return [*lines, *_deviations(model, point)]


def unused(model: Model, point: Point) -> str:
    """What the plan does without, "" for nothing."""
    parts = []
    for variable in model.variables.values():
        if _is_deviation(model, variable.name):
            continue
        part = _unused(variable, np.abs(point[variable.name]) <= INTEGRALITY)
        if part:
            parts.append(part)
    return f"Left at 0: {'; '.join(parts)}." if parts else ""


def _unused(variable: VariableData, zero: np.ndarray) -> str:
    size, count = len(variable.family), int(zero.sum())
    if not count:
        return ""
    if count == size:
        return f"all of {variable.name}" if size > 1 else variable.name
    if variable.domain is Domain.BINARY and variable.family.arity != 1:
        return ""
    keys = [key for key, at in zip(variable.family.keys, zero.tolist(), strict=True) if at]
    if variable.family.arity == 1 and count <= SHOWN:
        return f"{variable.name} for {listed([element_of(key) for key in keys])}"
    return f"{variable.name} for {count:,} of {size:,}"


def _is_deviation(model: Model, name: str) -> bool:
    """Whether a variable was made for a soft constraint."""
    return name not in model.formulation.variables


def _deviations(model: Model, point: Point) -> Iterator[str]:
    for name, variable in model.variables.items():
        if not _is_deviation(model, name):
            continue
        missed = np.flatnonzero(point[name] > INTEGRALITY)
        if len(missed):
            stem, _, side = name.rpartition("_")
            amounts = [
                _missed(variable.family.keys[row], float(point[name][row])) for row in missed[:SHOWN].tolist()
            ]
            how = "exceeded" if side == "excess" else "missed"
            yield f"{stem} is {how} by {_cut(amounts, len(missed))}."


def _missed(key: Key, amount: float) -> str:
    return entry(element_of(key), brief(amount)) if key else brief(amount)


def _family(variable: VariableData, values: Floats) -> str:
    rows = np.flatnonzero(np.abs(values) > INTEGRALITY)
    if not len(rows):
        return ""
    if not variable.family.arity:
        return f"{variable.name} is {_amount(variable, float(values[0]))}."
    if variable.domain is Domain.BINARY:
        return _yes(variable, rows)
    return _amounts(variable, values, rows)


def _amount(variable: VariableData, value: float) -> str:
    if variable.domain is Domain.BINARY:
        return "yes"
    return with_unit(brief(value), variable.unit)


def _yes(variable: VariableData, rows: np.ndarray) -> str:
    """Which were chosen; of many pairs, how many."""
    keys = [variable.family.keys[row] for row in rows.tolist()]
    count = f"{len(rows):,} of {len(variable.family):,}"
    if len(keys) <= CHOSEN:
        return f"{variable.name}: {_pairs(keys)} ({count})."
    groups = _grouped(variable, keys, [1.0] * len(keys))
    if groups:
        return f"{variable.name}, {count}: {listed([entry(n, brief(v)) for n, v in groups])}."
    return f"{variable.name}, {count}: {_cut([element_of(key) for key in keys[:SHOWN]], len(keys))}."


def _pairs(keys: list[Key]) -> str:
    """`A (1, 2, 3) and B (2)`; single ones as `A/1`."""
    groups: dict[str, list[str]] = {}
    for key in keys:
        groups.setdefault(str(key[0]), []).append(element_of(key[1:]))
    if len(keys[0]) == 1 or all(len(rest) == 1 for rest in groups.values()):
        return listed([element_of(key) for key in keys])
    return listed([f"{first} ({', '.join(rest)})" for first, rest in groups.items()])


def _amounts(variable: VariableData, values: Floats, rows: np.ndarray) -> str:
    keys = [variable.family.keys[row] for row in rows.tolist()]
    amounts = values[rows].tolist()
    title = f"{variable.name} ({plural(variable.unit)})" if variable.unit else variable.name
    if len(rows) > SHOWN:
        groups = _grouped(variable, keys, amounts)
        if groups:
            parts = [entry(name, brief(value)) for name, value in groups]
            return f"{title}, {counted(len(rows), 'amount')} that add up to {listed(parts)}."
    order = np.argsort(-np.abs(values[rows]), kind="stable")[:SHOWN]
    parts = [entry(element_of(keys[at]), brief(amounts[at])) for at in order.tolist()]
    return f"{title}: {_cut(parts, len(rows))}."


def _grouped(variable: VariableData, keys: list[Key], amounts: list[float]) -> list[tuple[str, float]]:
    """Totals by the component with the fewest elements, if that makes a short list of two or more."""
    best: dict[str, float] = {}
    for at in range(variable.family.arity if variable.family.arity > 1 else 0):
        totals: dict[str, float] = {}
        for key, amount in zip(keys, amounts, strict=True):
            totals[str(key[at])] = totals.get(str(key[at]), 0.0) + amount
        if 1 < len(totals) <= SHOWN and (not best or len(totals) < len(best)):
            best = totals
    return list(best.items())


def _cut(parts: list[str], count: int) -> str:
    rest = count - len(parts)
    return listed([*parts, *([f"{rest:,} more"] if rest > 0 else [])])
