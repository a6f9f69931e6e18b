"""All limits of a model under numbers, so that sets of limits are arrays of truths.

Rows of constraints come first, in the order of the document, then the lower bounds of all columns,
then the upper ones.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from quintet.formulation.model import ConstraintData, Floats, Ids, Key, Model, VariableData
from quintet.formulation.schema import Kind
from quintet.solvers.diagnosis.limit import Limit, LimitKind, free_bounds, sources_of_bound

Mask: TypeAlias = npt.NDArray[np.bool_]
"""One truth a limit, by number."""
GIVEN_UP_FIRST = {Kind.DEFINITION: 1, Kind.PHYSICAL: 2, None: 3, Kind.POLICY: 4}
"""What is tried first without it: what stays is what people decided, as far as there is a choice."""


class Catalogue:
    """The limits of one model.

    Args:
        model: The bound model.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.constraints = list(model.constraints)
        self.variables = list(model.variables)
        sizes = [len(entry.family) for entry in model.constraints.values()]
        self.starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.rows = int(self.starts[-1])
        self.columns = model.columns
        self.size = self.rows + 2 * self.columns
        bounds = [free_bounds(entry) for entry in model.variables.values()]
        self.free_lower = _joined([lower for lower, _ in bounds])
        self.free_upper = _joined([upper for _, upper in bounds])

    @cached_property
    def real(self) -> Mask:
        """Which numbers stand for something that can be taken away."""
        lower = _joined([entry.lower for entry in self.model.variables.values()])
        upper = _joined([entry.upper for entry in self.model.variables.values()])
        rows = np.ones(self.rows, dtype=bool)
        return np.concatenate([rows, lower > self.free_lower, upper < self.free_upper])

    @property
    def whole(self) -> Mask:
        """Everything in force."""
        return np.ones(self.size, dtype=bool)

    # families

    @cached_property
    def group(self) -> Ids:
        """The family of each number: constraints, then lower bounds, then upper bounds by variable."""
        sizes = np.diff(self.starts)
        widths = [len(entry.family) for entry in self.model.variables.values()]
        return np.repeat(np.arange(self.groups), [*sizes, *widths, *widths]).astype(np.int64)

    @property
    def groups(self) -> int:
        """Number of families."""
        return len(self.constraints) + 2 * len(self.variables)

    def family(self, group: int) -> tuple[LimitKind, str]:
        """What a family is of, and its name."""
        bound = group - len(self.constraints)
        if bound < 0:
            return LimitKind.CONSTRAINT, self.constraints[group]
        kind = LimitKind.LOWER if bound < len(self.variables) else LimitKind.UPPER
        return kind, self.variables[bound % len(self.variables)]

    @cached_property
    def rank(self) -> Ids:
        """Per family, its place in the order of being tried without: bounds, definitions … policies."""
        ranks = []
        for group in range(self.groups):
            kind, name = self.family(group)
            constraint = kind is LimitKind.CONSTRAINT
            ranks.append(GIVEN_UP_FIRST[self.model.constraints[name].kind] if constraint else 0)
        order = sorted(range(self.groups), key=lambda group: (ranks[group], -group))
        places = np.zeros(self.groups, dtype=np.int64)
        places[order] = np.arange(self.groups)
        return places

    # single limits

    def limit(self, number: int) -> Limit:
        """The limit that a number stands for."""
        kind, name = self.family(int(self.group[number]))
        if kind is LimitKind.CONSTRAINT:
            entry = self.model.constraints[name]
            row = number - int(self.starts[self.constraints.index(name)])
            return Limit(kind, name, row, _key(entry, row), entry.sources, entry.kind)
        variable = self.model.variables[name]
        row = (number - self.rows) % self.columns - variable.first_column
        side = variable.lower if kind is LimitKind.LOWER else variable.upper
        sources = sources_of_bound(self.model, name)
        return Limit(kind, name, row, _key(variable, row), sources, None, float(side[row]))

    def number(self, limit: Limit) -> int:
        """The number of a limit."""
        if limit.kind is LimitKind.CONSTRAINT:
            return int(self.starts[self.constraints.index(limit.name)]) + limit.row
        column = self.model.variables[limit.name].first_column + limit.row
        return self.rows + column + (self.columns if limit.kind is LimitKind.UPPER else 0)

    # models

    def reduced(self, kept: Mask, reach: float = np.inf) -> Model:
        """The model with only the limits that are kept, and without objective.

        Args:
            kept: The limits in force.
            reach: Where bounds that are taken away move to, ±; infinity takes them away.
        """
        constraints = {name: self._rows(name, kept) for name in self.constraints}
        some = {name: entry for name, entry in constraints.items() if len(entry.family)}
        variables = {name: self._bounds(entry, kept, reach) for name, entry in self.model.variables.items()}
        return replace(self.model, constraints=some, variables=variables)

    def _rows(self, name: str, kept: Mask) -> ConstraintData:
        entry = self.model.constraints[name]
        start = self.starts[self.constraints.index(name)]
        rows = np.flatnonzero(kept[start : start + len(entry.family)])
        if len(rows) == len(entry.family):
            return entry
        return replace(entry, family=replace(entry.family, ids=entry.family.ids[rows]))

    def _bounds(self, entry: VariableData, kept: Mask, reach: float) -> VariableData:
        columns = slice(entry.first_column, entry.first_column + len(entry.family))
        low, high = kept[self.rows :][: self.columns][columns], kept[self.rows + self.columns :][columns]
        wide = reach * np.maximum(1.0, np.maximum(_finite(entry.lower), _finite(entry.upper)))
        lower = np.where(low, entry.lower, np.maximum(self.free_lower[columns], -wide))
        upper = np.where(high, entry.upper, np.minimum(self.free_upper[columns], wide))
        return replace(entry, lower=lower, upper=upper)


def _finite(values: Floats) -> Floats:
    return np.abs(np.where(np.isfinite(values), values, 0.0))


def _key(entry: ConstraintData | VariableData, row: int) -> Key:
    elements = entry.family.universe.elements
    return tuple(elements[part] for part in entry.family.ids[row].tolist())


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate([np.zeros(0), *parts])
