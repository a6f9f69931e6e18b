"""Which limits may give way: by their kind, by their form where they have none, or as the user says.

Hard by default are definitions, physics, constraints that tie decisions to one another, what is soft
already, and the domains and bounds of decisions. Soft are policies and, among constraints without a
kind, limits against data.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from quintet.errors import QuintetError, SolverError
from quintet.formulation.functions import FUNCTIONS
from quintet.formulation.model import ConstraintData, Model, ObjectiveData
from quintet.formulation.schema import Kind, Sense
from quintet.formulation.softening import compares
from quintet.formulation.tree import Call, Compare, Conditional, Node, Number, ParameterRef, walk
from quintet.solvers.diagnosis.limit import LimitKind, free_bounds
from quintet.solvers.matrix import compile
from quintet.solvers.rewriting.bigm import variables_of
from quintet.solvers.rows.scoping import varying

COUNTS = ("at_least", "at_most", "exactly")
"""Logic that compares a count with data."""
AS_YOU_SAY = "as you say"
SIDES = {"lower": LimitKind.LOWER, "upper": LimitKind.UPPER}


@dataclass(frozen=True)
class Standing:
    """Whether a family of limits may give way.

    Args:
        kind: What it is of.
        name: The family of constraints, or of variables for bounds.
        soft: Whether it may.
        why: The reason, a few words.
    """

    kind: LimitKind
    name: str
    soft: bool
    why: str


@dataclass(frozen=True)
class Wishes:
    """What the user says, by name: a constraint, a variable (both its bounds), `make.upper` or `make.lower`.

    Args:
        soft: What may give way.
        hard: What may not.
    """

    soft: frozenset[str] = frozenset()
    hard: frozenset[str] = frozenset()

    def of(self, kind: LimitKind, name: str) -> bool | None:
        """Whether the user has said that a family is soft, or hard; None if neither."""
        names = set(labels(kind, name))
        if names & self.soft:
            return True
        return False if names & self.hard else None


def labels(kind: LimitKind, name: str) -> tuple[str, ...]:
    """What the user may call a family of limits, the narrowest first: `make.upper`, `make`."""
    return (name,) if kind is LimitKind.CONSTRAINT else (f"{name}.{kind.value.split()[0]}", name)


def check_names(
    model: Model, soft: Collection[str], hard: Collection[str], weights: Mapping[str, float]
) -> None:
    """Refuse names that mean nothing, and weights that are no price.

    Raises:
        SolverError: An unknown name, one that is to be both soft and hard, or a weight of 0 or less.
    """
    known = [*model.constraints, *model.variables]
    known += [f"{name}.{side}" for name in model.variables for side in SIDES]
    for name in (*soft, *hard, *weights):
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            remedy = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known[:12])}"
            raise SolverError(f"there is no constraint or variable {name!r}", place="repair", remedy=remedy)
    both = sorted(set(soft) & set(hard))
    if both:
        raise SolverError(
            f"{both[0]!r} can't be both soft and hard", place="repair", remedy="say one of them"
        )
    for name, weight in weights.items():
        if not 0 < weight < float("inf"):
            raise SolverError(
                f"a weight of {weight!r} can't be used",
                place=f"weight {name}",
                remedy="give a number above 0",
            )


def standings(model: Model, wishes: Wishes, *, bounds: bool) -> list[Standing]:
    """How every family of limits stands.

    Args:
        model: The model.
        wishes: What the user says; it goes over everything else.
        bounds: Whether bounds of decisions that are not their domain may give way too.
    """
    constraints = (_constraint(model, entry, wishes) for entry in model.constraints.values())
    return [*constraints, *_bounds(model, wishes, bounds=bounds)]


def _constraint(model: Model, entry: ConstraintData, wishes: Wishes) -> Standing:
    said = wishes.of(LimitKind.CONSTRAINT, entry.name)
    soft, why = (said, AS_YOU_SAY) if said is not None else _by_kind(model, entry)
    return Standing(LimitKind.CONSTRAINT, entry.name, soft, why)


def _by_kind(model: Model, entry: ConstraintData) -> tuple[bool, str]:
    declared = model.formulation.constraints.get(entry.name)
    if declared is not None and declared.soft is not None:
        return False, "soft already, at a price"
    if entry.kind is not None:
        return entry.kind is Kind.POLICY, entry.kind.value
    return by_form(model, entry)


def by_form(model: Model, entry: ConstraintData) -> tuple[bool, str]:
    """Whether a constraint without a kind may give way, and why, from how it is written."""
    if not compares(entry.tree):
        counted = isinstance(entry.tree, Call) and entry.tree.function in COUNTS
        return counted, "a count against data" if counted else "logic between decisions"
    trees = list(_comparisons(entry.tree))
    if not all(any(_is_limit(model, operand) for operand in tree.operands) for tree in trees):
        return False, "ties decisions to one another"
    if any("!=" in tree.operators for tree in trees):
        return False, "keeps decisions apart"
    if any("==" in tree.operators for tree in trees) and not _is_quota(model, entry, trees):
        return False, "a balance or a definition"
    return True, "a limit against data"


def _comparisons(tree: Node) -> Iterator[Compare]:
    if isinstance(tree, Conditional):
        yield from _comparisons(tree.then)
        yield from _comparisons(tree.otherwise)
    elif isinstance(tree, Compare):
        yield tree


def _is_limit(model: Model, operand: Node) -> bool:
    """Whether a side is data, and more than the 0 that is left where all else was moved across."""
    return not varying(model, operand) and not (isinstance(operand, Number) and operand.value == 0)


def _is_quota(model: Model, entry: ConstraintData, trees: list[Compare]) -> bool:
    """Whether an equation asks for an amount given as data: terms of one sign against a parameter."""
    sides = [side for tree in trees for side in tree.operands if _is_limit(model, side)]
    if not all(any(isinstance(part, ParameterRef) for part in walk(side)) for side in sides):
        return False
    alone = ObjectiveData("feasibility", Sense.SATISFY, None)
    try:
        arrays = compile(replace(model, constraints={entry.name: entry}, objectives=[alone]))
    except QuintetError:  # its form is not linear, or shows only in the whole model
        return False
    rows, values = arrays.matrix.row_of_entries(), arrays.matrix.values
    ups, downs = (np.bincount(rows[sign * values > 0], minlength=arrays.rows) for sign in (1, -1))
    return not bool(np.any((ups > 0) & (downs > 0)))


def _needed(model: Model) -> set[str]:
    """Variables of logic and of functions that become rows with a constant from their bounds."""
    trees = [entry.tree for entry in model.constraints.values()]
    trees += [entry.tree for entry in model.expressions.values()]
    found = [tree for tree in trees if not compares(tree)]
    found += [part for tree in trees for part in walk(tree) if _needs_bounds(part)]
    return set(variables_of(model, *found))


def _needs_bounds(part: Node) -> bool:
    if isinstance(part, Compare):
        return "!=" in part.operators
    if not isinstance(part, Call):
        return False
    return FUNCTIONS[part.function].group in ("logic", "shape") or part.function in ("abs", "min", "max")


def _bounds(model: Model, wishes: Wishes, *, bounds: bool) -> Iterator[Standing]:
    needed = _needed(model) if bounds else set[str]()
    for name, entry in model.variables.items():
        if name not in model.formulation.variables:
            continue
        lows, highs = free_bounds(entry)
        ends = (
            (LimitKind.LOWER, bool(np.any(entry.lower > lows)), bool(np.all(entry.lower == 0))),
            (LimitKind.UPPER, bool(np.any(entry.upper < highs)), False),
        )
        for kind, there, of_sign in ends:
            if there:
                said = wishes.of(kind, name)
                yield _bound(kind, name, said, bounds=bounds, of_sign=of_sign, needed=name in needed)


def _bound(
    kind: LimitKind, name: str, said: bool | None, *, bounds: bool, of_sign: bool, needed: bool
) -> Standing:
    if said is not None:
        return Standing(kind, name, said, AS_YOU_SAY)
    if of_sign:
        return Standing(kind, name, False, "a sign")
    if needed:
        return Standing(kind, name, False, "logic needs it")
    why = "no repair of constraints alone is enough" if bounds else "a bound"
    return Standing(kind, name, bounds, why)
