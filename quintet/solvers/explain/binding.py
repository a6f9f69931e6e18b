"""What limits the plan, what each limit is worth, and where there is room."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from quintet.formulation.evaluation import ConstraintValues, Evaluation
from quintet.formulation.model import Key, Model
from quintet.formulation.schema import Kind
from quintet.formulation.tolerances import slack_of
from quintet.formulation.tree import Compare, Node
from quintet.formulation.wording import brief, briefly, cited, element_of, listed, with_unit
from quintet.solvers.diagnosis.limit import LimitKind
from quintet.solvers.rows.scoping import varying
from quintet.solvers.sensitivity.amounts import Units
from quintet.solvers.sensitivity.result import Price

LINES = 5
"""Most families of limits that are told one by one."""
KEYS = 3
"""Most rows of one family that are named."""
NEAR = 0.05
"""Room that counts as nearly none, as a share of the limit."""


@dataclass(frozen=True)
class Tight:
    """A row at its limit.

    Args:
        name: The constraint, or the variable for a bound.
        key: The row's key.
        link: Which comparison of its chain.
        sign: `<=`, `>=` or `==`.
        value: The limit, None where decisions stand on both sides.
        price: Its price, None if there is none.
        unit: Of the limit.
        sources: Clauses.
    """

    name: str
    key: Key
    link: int
    sign: str
    value: float | None
    price: Price | None
    unit: str
    sources: tuple[str, ...]

    @property
    def worth(self) -> float:
        """How much it matters."""
        sides = () if self.price is None else (self.price.left, self.price.right)
        sizes = [abs(s) for s in sides if s is not None and math.isfinite(s)]
        return max(sizes, default=0.0) * max(1.0, abs(self.value or 0.0))


def tight_rows(model: Model, found: Evaluation, prices: Sequence[Price]) -> list[Tight]:
    """Rows at their limits; equations and definitions only where they have a price."""
    known = {(p.kind is LimitKind.CONSTRAINT, p.name, p.key, p.link): p for p in prices}
    units = Units(model)
    rows: list[Tight] = []
    for values in found.constraints.values():
        if not values.logical and "!=" not in values.operators:
            rows += _rows(model, values, known, units)
    bounds = [p for p in prices if p.kind is not LimitKind.CONSTRAINT and p.binding and p.matters]
    return rows + [Tight(p.name, p.key, 0, p.sign, p.value, p, p.unit_of_limit, p.sources) for p in bounds]


def _rows(
    model: Model, values: ConstraintValues, known: dict[tuple[bool, str, Key, int], Price], units: Units
) -> Iterable[Tight]:
    entry = model.constraints[values.name]
    fixed = _limit_sides(model, entry.tree)
    for row, key in enumerate(values.family.keys):
        for link, sign in enumerate(values.operators):
            left, right = float(values.left[row, link]), float(values.right[row, link])
            if abs(left - right) > slack_of(left, right):
                continue
            price = known.get((True, values.name, key, link))
            if not _counts(price, sign, entry.kind, right):
                continue
            limit = (left, right)[fixed[link]] if link in fixed else None
            side = sign if price is None else price.sign
            unit = units.constraint(values.name)
            yield Tight(values.name, key, link, side, limit, price, unit, entry.sources)


def _counts(price: Price | None, sign: str, kind: Kind | None, limit: float) -> bool:
    """Whether a row at its limit is worth telling: it has a price, or is a real limit."""
    if price is not None and price.matters:
        return kind is not Kind.DEFINITION or price.single
    return sign != "==" and kind is not Kind.DEFINITION and abs(limit) > 1e-9


def _limit_sides(model: Model, tree: Node) -> dict[int, int]:
    """By comparison, which side holds no decision: 0 for the left one, 1 for the right one."""
    if not isinstance(tree, Compare):
        return {}
    free = [not varying(model, operand) for operand in tree.operands]
    pairs = enumerate(zip(free, free[1:], strict=False))
    return {link: 0 if left else 1 for link, (left, right) in pairs if left or right}


def told(rows: Sequence[Tight], unit: str, sizes: dict[str, int]) -> list[str]:
    """A line for each family, those worth most first, then what is at its limit and worth nothing.

    Args:
        rows: Rows at their limits.
        unit: Of the objective.
        sizes: Rows of every family of constraints.
    """
    families: dict[str, list[Tight]] = {}
    for row in rows:
        families.setdefault(row.name, []).append(row)
    ordered = sorted(families.values(), key=lambda each: -max(row.worth for row in each))
    worth = [each for each in ordered if any(row.worth for row in each)]
    lines = [_family(each, unit, sizes) for each in worth[:LINES]]
    if len(worth) > LINES:
        lines.append(f"Less matters: {listed([each[0].name for each in worth[LINES:]])}.")
    idle = [_idle(each, sizes) for each in ordered if not any(row.worth for row in each)]
    if idle:
        lines.append(f"{'Also at' if worth else 'At'} the limit: {listed(idle[:LINES])}.")
    return lines


def _family(rows: list[Tight], unit: str, sizes: dict[str, int]) -> str:
    rows = sorted((row for row in rows if row.worth), key=lambda row: -row.worth)
    first = rows[0]
    quote = cited(first.sources)
    if len(rows) == 1:
        where = f"{first.name}{_for(first.key)}"
        limit = "" if first.value is None else f" ({first.sign} {with_unit(brief(first.value), first.unit)})"
        return f"{where}{limit}: {_price(first, unit)}{quote}."
    of = f" of {sizes[first.name]:,}" if sizes.get(first.name, 0) > len(rows) else ""
    return f"{first.name}, {len(rows):,}{of} rows: {_prices(rows, unit)}{quote}."


def _prices(rows: list[Tight], unit: str) -> str:
    """What one more is worth in each row; where that is nothing, what one less is."""
    same = {_change(row.price.right if row.price else None, 1.0, unit) for row in rows}
    if len(same) == 1 and same != {"nothing"}:
        return f"one unit more is worth {same.pop()} in each"
    named = [f"{_short(row, unit)} in {element_of(row.key)}" for row in rows[:KEYS]]
    return f"one unit more is worth {', '.join(named)}{', …' if len(rows) > KEYS else ''}"


def _for(key: Key) -> str:
    return f" for {element_of(key)}" if key else ""


def _price(row: Tight, unit: str) -> str:
    price = row.price
    assert price is not None, "only rows with a price are told so"
    more, less = _change(price.right, 1.0, unit), _change(price.left, -1.0, unit)
    if price.single:
        return f"one unit more is worth {more}"
    return f"one unit more is worth {more}, one less {less}"


def _short(row: Tight, unit: str) -> str:
    assert row.price is not None, "only rows with a price are told so"
    more = _change(row.price.right, 1.0, unit)
    return f"nothing (one less {_change(row.price.left, -1.0, unit)})" if more == "nothing" else more


def _change(price: float | None, sign: float, unit: str) -> str:
    if price is None:
        return "not worked out"
    if math.isinf(price):
        return "not possible"
    value = sign * price
    return with_unit(briefly(value), unit) if briefly(value) != "0" else "nothing"


def _idle(rows: list[Tight], sizes: dict[str, int]) -> str:
    first = rows[0]
    if len(rows) == 1:
        return f"{first.name}{_for(first.key)}"
    names = [element_of(row.key) for row in rows[:KEYS]]
    of = f" of {sizes[first.name]:,}" if sizes.get(first.name, 0) > len(rows) else ""
    return f"{first.name} in {len(rows):,}{of} rows ({', '.join(names)}{', …' if len(rows) > KEYS else ''})"


# room


@dataclass(frozen=True)
class Room:
    """An inequality that is not at its limit."""

    name: str
    key: Key
    used: float
    limit: float
    sign: str
    unit: str

    @property
    def share(self) -> float:
        """Room as a share of the limit."""
        return abs(self.limit - self.used) / max(1e-9, abs(self.limit))


def room(model: Model, found: Evaluation) -> list[Room]:
    """Inequalities with a number on one side and room to it; definitions are left out."""
    units = Units(model)
    rooms: list[Room] = []
    for values in found.constraints.values():
        entry = model.constraints[values.name]
        if values.logical or entry.kind is Kind.DEFINITION or len(values.operators) != 1:
            continue
        sign = values.operators[0]
        if sign in ("==", "!="):
            continue
        for row in np.flatnonzero(~_at_limit(values)).tolist():
            used, limit = float(values.left[row, 0]), float(values.right[row, 0])
            if abs(limit) > 1e-9:
                key = values.family.keys[row]
                rooms.append(Room(values.name, key, used, limit, sign, units.constraint(values.name)))
    return rooms


def _at_limit(values: ConstraintValues) -> np.ndarray:
    gaps = zip(values.left[:, 0].tolist(), values.right[:, 0].tolist(), strict=True)
    return np.array([abs(a - b) <= slack_of(a, b) for a, b in gaps], dtype=bool)


def spare(rooms: Sequence[Room]) -> str:
    """What is nearly at its limit, and where there is room; "" for neither."""
    near = sorted((r for r in rooms if r.share <= NEAR), key=lambda r: r.share)
    parts = []
    if near:
        names = [f"{r.name}{_for(r.key)} ({_of(r)})" for r in near[:KEYS]]
        rest = [f"{len(near) - KEYS:,} more"] if len(near) > KEYS else []
        parts.append(f"Nearly at the limit: {listed([*names, *rest])}.")
    loose = [r for r in rooms if r.share > NEAR]
    if loose:
        parts.append(f"Room to spare: {_loose(loose)}.")
    return " ".join(parts)


def _loose(rooms: list[Room]) -> str:
    families: dict[str, list[Room]] = {}
    for one in rooms:
        families.setdefault(one.name, []).append(one)
    said = []
    for name, each in list(families.items())[:KEYS]:
        if len(each) == 1:
            said.append(f"{name}{_for(each[0].key)} ({_of(each[0])})")
        else:
            keys = ", ".join(element_of(one.key) for one in each)
            said.append(f"{name} ({keys})" if len(each) <= KEYS else f"{name} ({len(each):,} rows)")
    rest = len(families) - len(said)
    return listed([*said, *([f"{rest:,} more"] if rest > 0 else [])])


def _of(one: Room) -> str:
    limit = with_unit(brief(one.limit), one.unit)
    return (
        f"{brief(one.used)} of {limit}" if one.sign in ("<=", "<") else f"{brief(one.used)}, at least {limit}"
    )
