"""Several objectives → one for each level: equal priorities are added up by weight, levels are ordered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from quintet.errors import DocumentError
from quintet.formulation.model import ExpressionData, Family, ObjectiveData
from quintet.formulation.schema import ObjectiveEntry, Sense
from quintet.formulation.tree import Node, Number, Product, Sum


def name_of(entry: ObjectiveEntry, number: int) -> str:
    """The name of an objective: its own, else by its place in the document, from 1."""
    return entry.name or ("objective" if number == 1 else f"objective_{number}")


def refuse_unranked(entries: Sequence[ObjectiveEntry]) -> None:
    """Refuse several objectives of which nobody said what comes first, or at what weight.

    Raises:
        DocumentError: Two or more, without any priority and any weight; or `satisfy` among others;
            or two of one name.
    """
    if len(entries) < 2:
        return
    names = [name_of(entry, number) for number, entry in enumerate(entries, 1)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DocumentError(
            f"two objectives are called {twice!r}", place="objective", remedy="give each a 'name' of its own"
        )
    if any(entry.sense is Sense.SATISFY for entry in entries):
        raise DocumentError(
            "'satisfy' stands among other objectives", place="objective", remedy="take it out"
        )
    if not any({"priority", "weight"} & entry.model_fields_set for entry in entries):
        raise DocumentError(
            f"{len(entries)} objectives without an order",
            place="objective",
            remedy="give each a 'priority' (1 is optimised first) or a 'weight'",
        )


def rank(objectives: Sequence[ObjectiveData]) -> list[ObjectiveData]:
    """One objective a level, the first priority first.

    Args:
        objectives: As declared. Those of one level are added up, each times its weight, in the
            sense of the first of them; their tolerances are added up in the same way.
    """
    ordered = sorted(objectives, key=lambda objective: objective.priority)
    return [_merged(list(level)) for _, level in groupby(ordered, key=lambda o: o.priority)]


def _merged(level: list[ObjectiveData]) -> ObjectiveData:
    first = level[0]
    if len(level) == 1 and first.weight == 1.0:
        return first
    units = {objective.unit for objective in level}
    return replace(
        first,
        name=_joined(level),
        tree=_sum([_weighted(objective, first.sense) for objective in level]),
        unit=units.pop() if len(units) == 1 else "",
        weight=1.0,
        abs_tol=sum(abs(o.weight) * o.abs_tol for o in level),
        rel_tol=max(o.rel_tol for o in level),
        sources=tuple(dict.fromkeys(source for o in level for source in o.sources)),
    )


def _joined(level: list[ObjectiveData]) -> str:
    """`2 earned - worked`: the sum as it is optimised, in the sense of the first."""
    name = ""
    for objective in level:
        weight = _factor(objective, level[0].sense)
        sign = ("- " if weight < 0 else "+ ") if name else ("-" if weight < 0 else "")
        factor = "" if abs(weight) == 1.0 else f"{abs(weight):g} "
        name += f"{' ' if name else ''}{sign}{factor}{objective.name}"
    return name


def _factor(objective: ObjectiveData, sense: Sense) -> float:
    return objective.weight if objective.sense is sense else -objective.weight


def _weighted(objective: ObjectiveData, sense: Sense) -> Node:
    assert objective.tree is not None
    weight = _factor(objective, sense)
    return objective.tree if weight == 1.0 else Product((Number(weight), objective.tree))


def _sum(terms: list[Node]) -> Node:
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def components(
    objectives: Sequence[ObjectiveData], scalar: Family, taken: set[str]
) -> dict[str, ExpressionData]:
    """The objectives of shared levels as named expressions, so that the answer reports each.

    Args:
        objectives: As declared.
        scalar: The family of one row.
        taken: Names that are declared already.
    """
    count = {o.priority: sum(other.priority == o.priority for other in objectives) for o in objectives}
    return {
        o.name: ExpressionData(o.name, scalar, o.tree, False, o.unit)
        for o in objectives
        if count[o.priority] > 1 and o.tree is not None and o.name not in taken
    }
