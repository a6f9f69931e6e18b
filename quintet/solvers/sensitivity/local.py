"""Everything that follows from one optimal plan of a linear or convex quadratic model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from quintet.formulation.model import Floats, Ids, Model
from quintet.solvers.arrays import INTEGRAL, Arrays
from quintet.solvers.diagnosis.limit import LimitKind, sources_of_bound
from quintet.solvers.options import Options
from quintet.solvers.sensitivity.amounts import Units
from quintet.solvers.sensitivity.asked import Patience
from quintet.solvers.sensitivity.cone import NOTHING, Cone, NotOptimal, face_of
from quintet.solvers.sensitivity.duals import Duals, duals
from quintet.solvers.sensitivity.limits import SIGNS, UPPER, Limits, column_name, limits_of
from quintet.solvers.sensitivity.reach import Reach, optimal_face
from quintet.solvers.sensitivity.result import CostRange, Method, Price
from quintet.solvers.session import Session

DEFINITE = 300
"""Most columns of which it is found out whether a quadratic objective is strictly convex."""
PRICES_UNTIL, RANGES_UNTIL, COSTS_UNTIL = 0.3, 0.5, 0.7
"""Shares of the time after which no more prices, their ranges and cost ranges are worked out one by one."""
COUNTED = 50
"""Solves from one line of progress to the next."""
APART = 1e-6
"""Relative distance from which two values of a random objective are different plans."""


@dataclass(frozen=True)
class Ends:
    """How far one right-hand side goes. None: not worked out."""

    range_left: float | None = None
    range_right: float | None = None
    least: float | None = None
    most: float | None = None


class Local:
    """Prices and ranges at one plan.

    Args:
        model: The user's model.
        arrays: Its matrix form, or that of what it was rewritten to; all columns continuous or fixed.
        x: The plan, one entry a column of `arrays` (see `completed`).
        options: Of the solver.
        limit: Most rows, and most decisions, that are solved for one by one.
        foreign: Constraints whose rows do not have the user's right-hand side.
        tell: Told what is going on.
        patience: The time for it; what is left then has no price or range, and the notes say so.

    Raises:
        NotOptimal: The plan can be improved.
    """

    def __init__(
        self,
        model: Model,
        arrays: Arrays,
        x: Floats,
        options: Options,
        limit: int,
        foreign: frozenset[str],
        tell: Callable[[str], None],
        patience: Patience | None = None,
    ) -> None:
        self._model = model
        self._options = options
        self._limit = limit
        self._foreign = foreign
        self._units = Units(model)
        self.limits: Limits = limits_of(model, arrays)
        self.face = face_of(self.limits, x)
        self.cone = Cone(self.face, options)
        self._tell = tell
        self._patience = patience or Patience()
        self.duals: Duals = duals(
            self.cone, limit, self._worth, tell, lambda: self._patience.over(PRICES_UNTIL)
        )
        self.notes: list[str] = []

    def _worth(self, rows: Ids) -> Floats:
        return np.abs(self.cone.multipliers[rows]) * np.maximum(1.0, np.abs(self.limits.value[rows]))

    @property
    def columns(self) -> int:
        """Columns of the user's model."""
        return self._model.columns

    @property
    def linear(self) -> bool:
        """Whether the objective is linear."""
        return not len(self.limits.arrays.products)

    @cached_property
    def plan_unique(self) -> bool:
        """Whether there is no other optimal plan (proved; False also where it was not found out)."""
        if not self.linear:
            return _strictly_convex(self.limits.arrays)
        aim = np.random.default_rng(1).uniform(0.5, 1.5, len(self.face.x)) / np.maximum(
            1, np.abs(self.face.x)
        )
        here = float(np.dot(aim, self.face.x))
        ends = [self._furthest(sign * aim) for sign in (1.0, -1.0)]
        return all(abs(sign * end - here) <= APART for sign, end in zip((1.0, -1.0), ends, strict=True))

    def _furthest(self, aim: Floats) -> float:
        face = replace(self.optimal, cost=self.limits.arrays.direction * aim, offset=0.0)
        run = Session(face, Options(), {"presolve": "off", "solver": "simplex"}).run()
        return np.nan if run.x is None or run.status != "kOptimal" else float(np.dot(aim, run.x))

    @cached_property
    def optimal(self) -> Arrays:
        """The optimal plans of a linear model: what has a price is at its limit."""
        return optimal_face(self.limits.arrays, self.limits.value, self.cone.multipliers)

    # prices

    def prices(self, ranges: bool = True) -> tuple[Price, ...]:
        """Of every limit of the user's, in the order of the document, bounds last.

        Args:
            ranges: Whether to find out how far they hold, too.
        """
        limits = self.limits
        shown = [row for row in np.flatnonzero(limits.own).tolist() if not self._is_foreign(row)]
        ends = self._ends(np.array(shown, dtype=np.int64)) if ranges else {}
        return tuple(self._price(row, ends.get(row, Ends())) for row in shown)

    def _is_foreign(self, row: int) -> bool:
        return self.limits.source[row] >= 0 and self.limits.named(row)[0] in self._foreign

    def _price(self, row: int, ends: Ends) -> Price:
        limits, direction = self.limits, self.limits.arrays.direction
        kind, (name, at) = limits.kind(row), limits.named(row)
        of_row = kind is LimitKind.CONSTRAINT
        unit = self._units.constraint(name) if of_row else self._units.variable(name)
        sources = self._model.constraints[name].sources if of_row else sources_of_bound(self._model, name)
        return Price(
            kind=kind,
            name=name,
            row=at,
            key=limits.key(row),
            link=int(limits.link[row]),
            sign=SIGNS[int(limits.end[row])],
            value=float(limits.value[row]),
            binding=bool(self.face.active[row]),
            left=_known(direction * self.duals.left[row]),
            right=_known(direction * self.duals.right[row]),
            range_left=ends.range_left,
            range_right=ends.range_right,
            least=ends.least,
            most=ends.most,
            step=None,
            unit=self._units.per(unit),
            unit_of_limit=unit,
            method=Method.DUALITY if self.duals.unique[row] else Method.ONE_SIDED,
            sources=sources,
        )

    def _ends(self, shown: Ids) -> dict[int, Ends]:
        """Ranges of as many rows as may be worked out, those that are worth most first."""
        if not self.linear:
            return {}
        active = self.face.active[shown]
        asked = shown if not self.plan_unique else shown[active]
        ordered = asked[np.lexsort((-self._worth(asked), ~self.face.active[asked]))]
        found: dict[int, Ends] = {}
        for row in ordered[: self._limit].tolist():
            if self._patience.over(RANGES_UNTIL):
                break
            self._count(len(found), "how far the prices hold")
            found[row] = self._ends_of(row)
        if len(found) < len(ordered):
            self.notes.append(
                f"How far the prices hold was worked out for {_some(len(found), 'limits that are worth')} "
                f"the other {len(ordered) - len(found):,}{self._why(len(found))}."
            )
        if self.plan_unique:
            found |= {int(row): self._ends_with_room(int(row)) for row in shown[~active]}
        return found

    def _why(self, done: int) -> str:
        """Why no more were worked out: "" where it was the limit on their number."""
        return "" if done >= self._limit else f": {self._patience.told}"

    def _count(self, done: int, what: str) -> None:
        if done % COUNTED == 0:
            self._tell(f"{what}, from number {done + 1}")

    def _ends_with_room(self, row: int) -> Ends:
        """Of a row with room, where there is one plan: until the room is used up."""
        activity = self._activity[row]
        if self.limits.end[row] == UPPER:
            return Ends(float(activity), np.inf, None, np.inf)
        return Ends(-np.inf, float(activity), -np.inf, None)

    @cached_property
    def _activity(self) -> Floats:
        return self.limits.arrays.matrix.times(self.face.x)

    @cached_property
    def _same_prices(self) -> Reach:
        return Reach(self.optimal, self.limits.value, self._options)

    @cached_property
    def _any_plan(self) -> Reach:
        return Reach(self.limits.arrays, self.limits.value, self._options)

    def _ends_of(self, row: int) -> Ends:
        value = float(self.limits.value[row])
        (right, most), (left, least) = self._far(row, 1), self._far(row, -1)
        return Ends(_less(value, left), _more(value, right), _less(value, least), _more(value, most))

    def _far(self, row: int, way: int) -> tuple[float | None, float | None]:
        """Steps to where the price changes and to where no plan is left."""
        price = (self.duals.right if way > 0 else self.duals.left)[row]
        if np.isnan(price):
            return None, None
        loosens = self.limits.end[row] == -way
        if np.isinf(price):
            return 0.0, 0.0
        if loosens and price == 0:
            return np.inf, np.inf
        step = self._reach(row, way).far(row, way)
        if loosens or np.isinf(step):
            return _known(step), np.inf
        return _known(step), _known(self._any_plan.far(row, way))

    def _reach(self, row: int, way: int) -> Reach:
        if self.duals.unique[row]:
            return self._same_prices
        moved = self.cone.change(np.array([row]), np.array([float(way)]))
        face = optimal_face(self.limits.arrays, self.limits.value, moved.multipliers)
        return Reach(face, self.limits.value, self._options)

    # costs

    def costs(self) -> tuple[CostRange, ...]:
        """Cost ranges of all decisions with a cost, in the order of the document."""
        arrays = self.limits.base
        size = self._model.columns
        priced = np.flatnonzero(
            (arrays.cost[:size] != 0) & (arrays.column_lower[:size] < arrays.column_upper[:size])
        )
        quick = self._from_prices(priced)
        slow = np.setdiff1d(priced, np.fromiter(quick, dtype=np.int64, count=len(quick)))
        ordered = slow[np.argsort(-np.abs(arrays.cost[slow] * self.face.x[slow]), kind="stable")]
        solved: dict[int, tuple[float | None, float | None]] = {}
        for column in ordered[: self._limit].tolist():
            if self._patience.over(COSTS_UNTIL):
                break
            self._count(len(solved), "between which costs the plan stays the best")
            solved[column] = self._movable(column)
        if len(solved) < len(ordered):
            self.notes.append(
                "Cost ranges that need a solve each were worked out for "
                f"{_some(len(solved), 'decisions that weigh')} the other "
                f"{len(ordered) - len(solved):,}{self._why(len(solved))}."
            )
        found = quick | solved
        return tuple(self._cost(column, *found.get(column, (None, None))) for column in priced.tolist())

    def _from_prices(self, columns: Ids) -> dict[int, tuple[float | None, float | None]]:
        """Without a solve: decisions at a bound that is no limit, all of whose rows have one price.

        The cost may move by the largest reduced cost that some optimal multipliers give.
        """
        face, matrix = self.face, self.limits.arrays.matrix
        reduced = self.cone.gradient - matrix.transposed_times(self.cone.multipliers, len(face.x))
        doubtful = np.zeros(len(face.x), dtype=bool)
        doubtful[matrix.columns[(face.active & ~self.duals.unique)[matrix.row_of_entries()]]] = True
        sure = columns[~doubtful[columns]]
        found: dict[int, tuple[float | None, float | None]] = {}
        for column in sure[face.at_lower[sure] & ~face.at_upper[sure]].tolist():
            found[column] = max(0.0, float(reduced[column])), np.inf
        for column in sure[face.at_upper[sure] & ~face.at_lower[sure]].tolist():
            found[column] = np.inf, max(0.0, -float(reduced[column]))
        return found

    def _movable(self, column: int) -> tuple[float | None, float | None]:
        """By how much the cost may fall and rise, minimising."""
        return _known(self.cone.along(column, 1.0)), _known(self.cone.along(column, -1.0))

    def _cost(self, column: int, fall: float | None, rise: float | None) -> CostRange:
        direction, cost = self.limits.arrays.direction, float(self.limits.base.cost[column])
        if direction < 0:
            fall, rise = rise, fall
        name, row = column_name(self._model, column)
        return CostRange(
            name=name,
            row=row,
            key=self._model.variables[name].family.keys[row],
            value=float(self.face.x[column]),
            cost=cost,
            lower=None if fall is None else cost - max(0.0, fall),
            upper=None if rise is None else cost + max(0.0, rise),
            unit=self._units.per(self._units.variable(name)),
            method=Method.DUALITY,
        )


def completed(arrays: Arrays, point: Floats, options: Options) -> Floats:
    """A plan with the columns that a rewriting added, as good as they can be.

    Args:
        arrays: The matrix form.
        point: One entry a column of the user's model; columns of a rewriting come after them.
        options: Of the solver.

    Raises:
        NotOptimal: Nothing fits.
    """
    if len(point) == arrays.columns:
        return point
    low, high = arrays.column_lower.copy(), arrays.column_upper.copy()
    low[: len(point)] = high[: len(point)] = point
    pinned = replace(arrays, column_lower=low, column_upper=high, products=NOTHING)
    run = Session(pinned, options, {"presolve": "off"}).run()
    if run.x is None:
        raise NotOptimal
    return run.x


def _some(done: int, what: str) -> str:
    """`the 200 limits that are worth most, not for`, which the others follow."""
    return f"the {done:,} {what} most, not for" if done else "none, not for"


def _strictly_convex(arrays: Arrays) -> bool:
    products = arrays.products
    if arrays.columns > DEFINITE:
        return False
    hessian = np.zeros((arrays.columns, arrays.columns))
    np.add.at(hessian, (products.first, products.second), arrays.direction * products.values)
    least = float(np.linalg.eigvalsh(hessian + hessian.T)[0])
    return least > 1e-9 * max(1.0, float(np.abs(hessian).max()))


def fixed(arrays: Arrays, point: Floats) -> Arrays:
    """The matrix form with whole decisions held at the plan.

    Args:
        arrays: The matrix form.
        point: One entry a column.
    """
    whole = np.flatnonzero(arrays.integrality == INTEGRAL)
    low, high = arrays.column_lower.copy(), arrays.column_upper.copy()
    low[whole] = high[whole] = np.round(point[whole])
    return replace(arrays, column_lower=low, column_upper=high, integrality=np.zeros_like(arrays.integrality))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value) + 0.0


def _more(value: float, step: float | None) -> float | None:
    return None if step is None else value + step


def _less(value: float, step: float | None) -> float | None:
    return None if step is None else value - step
