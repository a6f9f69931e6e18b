"""A front in words: a table of values, what each step costs, what the plans choose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from quintet.formulation.columns import columns
from quintet.formulation.schema import Domain
from quintet.formulation.wording import brief, counted, element_of, listed, number, sentence

if TYPE_CHECKING:
    from quintet.solvers.alternatives.efficient import Efficient, Front

ROWS = 40
"""Plans that are printed; the rest is counted."""
LABEL = 22
"""Characters of an objective's name that head a column; a longer one gets a letter."""
CHOSEN = 10
"""Choices of a plan that are named; the rest is counted."""
SMALL = 24
"""Most keys of a family of choices that is printed with each plan."""


def tell_front(found: Front) -> str:
    """The answer as text of several short parts."""
    title = found.model.formulation.title or ""
    if not found.points:
        return "\n\n".join(part for part in (title, f"There is no front: {found.message}.") if part)
    parts = [title, _heading(found), "\n".join(_rows(found)), tell_end(found)]
    return "\n\n".join(part for part in parts if part)


def _heading(found: Front) -> str:
    labels = _labels(found)
    goals = [f"{goal.sense.value} {label}" for goal, label in zip(found.goals, labels, strict=True)]
    first = f"{counted(len(found.points), 'efficient plan')}: {listed(goals)}"
    if len(found.points) == 1:
        first = f"One plan is best in all of them: {listed(goals)}."
    pairs = zip(found.goals, labels, strict=True)
    return "\n".join([first, *(f"  {label} = {goal.name}" for goal, label in pairs if label != goal.name)])


def _labels(found: Front) -> list[str]:
    """The names of the objectives; letters for those too long to head a column."""
    names = [goal.name for goal in found.goals]
    return [name if len(name) <= LABEL else letter for name, letter in zip(names, "ABC", strict=False)]


def _rows(found: Front) -> Iterator[str]:
    family = _family(found)
    pairs = zip(found.goals, _labels(found), strict=True)
    names = [f"{label}{f' ({goal.unit})' if goal.unit else ''}" for goal, label in pairs]
    rated = len(found.goals) == 2 and len(found.points) > 1
    yield from _with_choices(
        columns(
            [
                ("", *names, *([_rate_name(found)] if rated else [])),
                *(
                    (f"{place}.", *map(number, point.values), *([_rate(found, place - 1)] if rated else []))
                    for place, point in enumerate(found.points[:ROWS], 1)
                ),
            ]
        ),
        ["" if family is None else family, *(_choice(found, point, family) for point in found.points[:ROWS])],
    )
    if len(found.points) > ROWS:
        yield f"  … and {len(found.points) - ROWS:,} more (--json has them all)"


def _with_choices(lines: list[str], choices: list[str]) -> Iterator[str]:
    wide = max(map(len, lines))
    for line, choice in zip(lines, choices, strict=True):
        yield f"{line:<{wide}}   {choice}".rstrip()


def _rate_name(found: Front) -> str:
    first, second = _labels(found)
    return f"{second} per {first}"


def _rate(found: Front, place: int) -> str:
    """What a unit given up of the first objective has gained in the second, since the plan before."""
    if place == 0:
        return ""
    before, after = found.points[place - 1].values, found.points[place].values
    given = abs(after[0] - before[0])
    return brief(abs(after[1] - before[1]) / given) if given else ""


def _family(found: Front) -> str | None:
    """The smallest family of yes-or-no choices, if it is small enough to be told for each plan."""
    sizes = {
        name: len(v.family)
        for name, v in found.model.variables.items()
        if v.domain is Domain.BINARY and v.family.arity and 1 < len(v.family) <= SMALL
    }
    return min(sizes, key=lambda name: sizes[name]) if sizes else None


def _choice(found: Front, point: Efficient, family: str | None) -> str:
    doubt = "" if point.proven else "(not proven) "
    if family is None:
        return doubt.rstrip()
    keys = zip(found.model.variables[family].family.keys, point.plan.point[family].tolist(), strict=True)
    return doubt + listed([element_of(key) for key, value in keys if value > 0.5] or ["none"], CHOSEN)


def tell_end(found: Front) -> str:
    """How much of the front this is."""
    if found.message:
        return sentence(found.message)
    if len(found.points) == 1:
        return ""
    if found.complete:
        return "These are all: every other plan is matched or beaten by one of them."
    return "Each is efficient: no plan is better in one and as good in the others. More may lie in between."
