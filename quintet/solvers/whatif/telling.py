"""A comparison in words: the objective, then what else is decided, then what limits it now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from quintet.formulation.schema import Sense
from quintet.formulation.wording import amount, more, number, percent, signed, signed_percent
from quintet.solvers.ending import ENDINGS
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution
from quintet.solvers.whatif.changes import command
from quintet.solvers.whatif.comparison import Comparison
from quintet.solvers.whatif.differences import Difference, Tight

ROWS = 20
"""Changed decisions that are printed; the rest is counted."""
LIMITS = 4
"""Rows of one constraint that are named; of more, the number is said."""


def tell(comparison: Comparison, file: str = "FILE") -> str:
    """The comparison as text of several short parts."""
    parts = [_head(comparison), _objective(comparison), _advice(comparison, file)]
    if comparison.solved and comparison.before.outcome.solved:
        parts += [_old_plan(comparison), _decisions(comparison), _quantities(comparison), _limits(comparison)]
    return "\n\n".join(part for part in parts if part)


def cell(value: float | None) -> str:
    """A number in a table, – where there is none."""
    return "–" if value is None else number(value)


def _head(comparison: Comparison) -> str:
    title = comparison.edited.formulation.title
    asked = command(comparison.edited.changes)
    lines = [
        title or "",
        f"What if {asked}" if asked else "",
        *(f"  {note}" for note in comparison.edited.notes),
    ]
    return "\n".join(line for line in lines if line)


def _objective(comparison: Comparison) -> str:
    lines = [_side("before", comparison.before), _side("after", comparison.after)]
    if comparison.difference is not None:
        lines.append(f"change: {_change(comparison)}")
    elif not comparison.comparable:
        lines.append("The objectives measure different things.")
    return "\n".join([*lines, *_levels(comparison)])


def _levels(comparison: Comparison) -> Iterable[str]:
    """The later objectives, before and after."""
    rows = comparison.levels
    if rows:
        yield "The objectives after it:"
        yield from _block(rows)


def _side(word: str, solution: Solution) -> str:
    ending = ENDINGS[solution.outcome]
    objective = solution.model.objectives[0]
    if not solution.outcome.solved or solution.objective is None:
        return f"{word}: {ending}" + (f" ({solution.message})" if solution.message else "")
    if objective.sense is Sense.SATISFY:
        return f"{word}: a plan that fits"
    value = amount(solution.objective, objective.unit)
    if solution.outcome is Outcome.FEASIBLE and solution.gap is not None:
        ending += f" by {solution.stopped_by}, within {percent(solution.gap)} of the best"
    return f"{word}: {objective.name} {value} ({ending})"


def _change(comparison: Comparison) -> str:
    difference, percents = comparison.difference or 0.0, comparison.percent
    if difference == 0:
        return "none"
    share = f" ({signed_percent(percents / 100)})" if percents is not None else ""
    return f"{signed(difference)} {comparison.unit}".rstrip() + share + _judged(comparison, difference)


def _judged(comparison: Comparison, difference: float) -> str:
    sense = comparison.after.model.objectives[0].sense
    if sense is Sense.SATISFY:
        return ""
    return ", better" if (difference < 0) == (sense is Sense.MINIMIZE) else ", worse"


def _advice(comparison: Comparison, file: str) -> str:
    if comparison.after.outcome is not Outcome.INFEASIBLE:
        return ""
    asked = command(comparison.edited.changes)
    return f"To see which limits clash: quintet diagnose {file} {asked}".rstrip()


def _old_plan(comparison: Comparison) -> str:
    kept = comparison.kept
    if kept is None:
        return ""
    if not kept.fits:
        return f"The old plan no longer fits: it breaks {kept.breaks}."
    if not comparison.decisions:
        return "The old plan still fits, and none is better."
    return f"The old plan still fits, at {f'{cell(kept.objective)} {comparison.unit}'.strip()}."


def _decisions(comparison: Comparison) -> str:
    changed = comparison.decisions
    if not changed:
        return "No decision changes."
    shown = sorted(changed[:ROWS], key=lambda row: _first(row, changed))
    said = f"{len(changed):,} of {comparison.counted:,} decisions change, the biggest first"
    lines = [f"{said}; if other plans are as good, this is one of them"]
    for _, rows in groupby(shown, key=lambda row: row.name):
        lines += _block(list(rows))
    if len(changed) > ROWS:
        lines.append(f"  {more(len(changed) - ROWS)}")
    return "\n".join(lines)


def _first(row: Difference, changed: Sequence[Difference]) -> int:
    """Families in the order of their biggest change."""
    return next(number for number, one in enumerate(changed) if one.name == row.name)


def _block(rows: list[Difference]) -> Iterable[str]:
    wide = max(len(row.place) for row in rows)
    before = max(len(cell(row.before)) for row in rows)
    after = max(len(cell(row.after)) for row in rows)
    for row in rows:
        moved = f"{cell(row.before):>{before}} → {cell(row.after):>{after}}"
        yield f"  {row.place:<{wide}}  {moved}  {row.unit}".rstrip() + _existence(row)


def _existence(row: Difference) -> str:
    if row.before is None:
        return "  (new)"
    return "  (gone)" if row.after is None else ""


def _quantities(comparison: Comparison) -> str:
    rows = comparison.quantities
    if not rows:
        return ""
    rest = [f"  {more(len(rows) - ROWS)}"] if len(rows) > ROWS else []
    return "\n".join(["That makes", *_block(rows[:ROWS]), *rest])


def _limits(comparison: Comparison) -> str:
    sentences = [
        f"At their limits now, not before: {_places(comparison.reached)}." if comparison.reached else "",
        f"No longer at their limits: {_places(comparison.left)}." if comparison.left else "",
    ]
    return "\n".join(sentence for sentence in sentences if sentence) or "The same limits bind."


def _places(rows: list[Tight]) -> str:
    """The rows; of a family with many, their number."""
    said: list[str] = []
    for name, group in groupby(rows, key=lambda row: row.constraint):
        family = list(group)
        many = len(family) > LIMITS
        said += [f"{name} ({len(family):,} rows)"] if many else [row.place for row in family]
    return ", ".join(said)
