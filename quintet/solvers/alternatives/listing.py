"""The best plans in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from quintet.formulation.columns import columns
from quintet.formulation.schema import Domain, Sense
from quintet.formulation.wording import (
    MOST,
    amount,
    counted,
    element_of,
    listed,
    number,
    percent,
    place_of,
    sentence,
    signed,
    signed_percent,
)
from quintet.solvers.alternatives.plan import Change, Plan, as_good, changes
from quintet.solvers.alternatives.standing import no_best
from quintet.solvers.alternatives.telling import tell_changes

if TYPE_CHECKING:
    from quintet.solvers.alternatives.plans import Alternatives
    from quintet.solvers.alternatives.ranges import Range

ROWS = 25
"""Ranges of one family that are printed; the rest is counted."""
CHOSEN = 12
"""Choices of the best plan that are named; the rest is counted."""
DIFFERENCES = 6
"""Differences of one family that are named; the rest is counted."""


def tell_alternatives(found: Alternatives) -> str:
    """The answer as text of several short parts."""
    title = found.model.formulation.title or ""
    if not found.plans:
        return "\n\n".join(part for part in (title, no_best(found.outcome, found.message)) if part)
    parts = [title, _opening(found), _plans(found), _ranges(found)]
    return "\n\n".join(part for part in parts if part)


def _opening(found: Alternatives) -> str:
    best = found.plans[0]
    lines = [f"Best: {_values(found, best)}" if _values(found, best) else "A plan that fits was found."]
    optimised = bool(_values(found, best))
    said = {
        "unique": "It is the only best plan." if optimised else "It is the only one.",
        "others": "Other plans are as good." if optimised else "It is not the only one.",
        "unknown": "Whether other plans are as good was not found out.",
    }
    lines.append(said[found.uniqueness.value])
    return "\n".join([*lines, *([sentence(found.message)] if found.message else [])])


def _values(found: Alternatives, plan: Plan) -> str:
    return ", ".join(
        f"{'' if o.name == 'objective' else o.name + ' '}{amount(plan.objectives[o.name], o.unit)}"
        for o in found.model.objectives
        if o.sense is not Sense.SATISFY
    )


# plans


def _plans(found: Alternatives) -> str:
    if len(found.plans) == 1:
        return _end(found)
    best, *others = found.plans
    if not found.over:
        return tell_changes(
            changes(found.model, best.point, others[0].point), found.model, "As good, for example"
        )
    lines = [_heading(found), f"  1.  {_values(found, best)}".rstrip(), *_indented(_chosen(found, best))]
    for place, plan in enumerate(others, 2):
        lines.append(f"{place:3d}.  {_values(found, plan)}{_loss(found, plan)}".rstrip())
        lines += _indented(_differences(found, plan))
    return "\n".join([*lines, *([_end(found)] if _end(found) else [])])


def _heading(found: Alternatives) -> str:
    optimised = "The best" if _values(found, found.plans[0]) else "The first"
    whole = {name for name, variable in found.model.variables.items() if variable.integral}
    by = f", told apart by {listed(found.over, MOST)}" if whole > set(found.over) else ""
    return f"{optimised} {len(found.plans)} plans{by}"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"      {line}" for line in lines]


def _end(found: Alternatives) -> str:
    if not found.over or found.message:
        return ""
    share = f" within {percent(found.within)} of the best" if found.within is not None else ""
    some = len(found.over) < len(found.model.variables)
    by = f" that differs in {listed(found.over, MOST)}" if some else ""
    if found.complete:
        return f"There is no other plan{by}{share}."
    return f"There are more{share}."


def _loss(found: Alternatives, plan: Plan) -> str:
    """` (-0.63 %)`, against the first objective of the best."""
    if as_good(found.model, found.plans[0].objectives, plan.objectives):
        return ""
    first = found.model.objectives[0]
    best, value = found.plans[0].objectives[first.name], plan.objectives[first.name]
    if first.sense is Sense.SATISFY or value == best:
        return ""
    share = f", {signed_percent((value - best) / abs(best))}" if best else ""
    return f"  ({signed(value - best)}{share})"


def _chosen(found: Alternatives, plan: Plan) -> Iterator[str]:
    """What the best plan chooses."""
    for name in found.over:
        variable, values = found.model.variables[name], plan.point[name].tolist()
        rows = [(key, v) for key, v in zip(variable.family.keys, values, strict=True) if abs(v) > 0.5]
        if variable.domain is Domain.BINARY and variable.family.arity:
            yield f"{name}: {listed([element_of(key) for key, _ in rows] or ['none'], CHOSEN)}"
        else:
            values = [f"{place_of(name, key)} {number(v)}" for key, v in rows]
            yield listed(values or [f"{name}: 0"], CHOSEN)


def _differences(found: Alternatives, plan: Plan) -> Iterator[str]:
    """What differs from the best plan: named for the decisions that count, counted for the others."""
    families: dict[str, list[Change]] = {}
    for change in changes(found.model, found.plans[0].point, plan.point):
        families.setdefault(change.variable, []).append(change)
    amounts = [name for name in families if found.over and name not in found.over]
    for name, rows in families.items():
        if name not in amounts:
            yield _named(found, name, rows)
    if amounts:
        yield "and " + listed(counted(len(families[n]), f"value of {n}", f"values of {n}") for n in amounts)


def _named(found: Alternatives, name: str, rows: list[Change]) -> str:
    if found.model.variables[name].domain is Domain.BINARY and rows[0].key:
        new = [element_of(row.key) for row in rows if row.after > 0.5]
        gone = [element_of(row.key) for row in rows if row.after <= 0.5]
        words = [f"+ {listed(new, DIFFERENCES)}"] if new else []
        words += [f"- {listed(gone, DIFFERENCES)}"] if gone else []
        return f"{name}: {'  '.join(words)}"
    return listed([f"{row.place} {number(row.before)} → {number(row.after)}" for row in rows], DIFFERENCES)


# ranges


def _ranges(found: Alternatives) -> str:
    if not found.ranges:
        return ""
    moving: dict[str, list[Range]] = {}
    for entry in found.ranges:
        if entry.moves or not entry.proven:
            moving.setdefault(entry.variable, []).append(entry)
    kept = f"at a loss of up to {percent(found.tolerance)}" if found.tolerance else "without any loss"
    if not moving:
        return f"No decision can move {kept}."
    lines = [f"How far each decision alone may move {kept}"]
    for name, rows in moving.items():
        lines += _family(found, name, rows)
    still = len(found.ranges) - sum(map(len, moving.values()))
    open_ends = sum(not entry.proven for entry in found.ranges)
    lines += [f"  {counted(still, 'other decision')} can't move."] if still else []
    lines += [f"  {counted(open_ends, 'range')} not searched to the end."] if open_ends else []
    return "\n".join(lines)


def _family(found: Alternatives, name: str, rows: list[Range]) -> Iterator[str]:
    unit = found.model.variables[name].unit
    yield f"  {name}{f' ({unit})' if unit else ''}"
    cells = [
        (
            ", ".join(map(str, row.key)),
            number(row.value),
            number(row.lower),
            f"… {number(row.upper)}",
            _doubt(row),
        )
        for row in rows[:ROWS]
    ]
    yield from columns([("", "now", "from", "to", ""), *cells], indent="    ")
    if len(rows) > ROWS:
        yield f"    … and {len(rows) - ROWS:,} more (--json has them all)"


def _doubt(row: Range) -> str:
    return "" if row.proven else "(at least: not searched to the end)"
