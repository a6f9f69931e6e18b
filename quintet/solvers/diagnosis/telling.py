"""A diagnosis in words: what clashes, in clauses and numbers, then how it is known."""

from __future__ import annotations

from collections.abc import Iterator

from quintet.formulation.wording import amount, cited, listed, number, place_of
from quintet.solvers.diagnosis.limit import Limit, LimitKind
from quintet.solvers.diagnosis.subset import Diagnosis, FamilyClash, Growth, Step, Subset
from quintet.solvers.ending import told_ending
from quintet.solvers.outcome import Outcome

ROWS = 5
"""Rows of one family that are written out; the rest is counted."""
QUOTE = 100
STEPS = 12
EXACT = 9
"""Digits of two amounts that must be seen to differ."""


def tell(diagnosis: Diagnosis) -> str:
    """The diagnosis as text of several short parts."""
    parts = [diagnosis.title, _headline(diagnosis)]
    if diagnosis.outcome is Outcome.INFEASIBLE:
        parts += [_families(diagnosis), *_subsets(diagnosis), _count(diagnosis)]
    if diagnosis.growth is not None:
        parts.append(_growth(diagnosis.growth))
    parts += [diagnosis.message if diagnosis.outcome is not Outcome.FEASIBLE else ""]
    return "\n\n".join(part for part in parts if part)


def _headline(diagnosis: Diagnosis) -> str:
    if diagnosis.outcome in (Outcome.INFEASIBLE, Outcome.UNBOUNDED):
        return told_ending(diagnosis.outcome)
    return diagnosis.message if diagnosis.outcome is Outcome.FEASIBLE else ""


# infeasible


def _families(diagnosis: Diagnosis) -> str:
    clash = diagnosis.families
    if clash is None or not clash.families or _plain(diagnosis):
        return ""
    named = [_family(kind, name) for kind, name in clash.families]
    if len(named) == 1:
        return f"In families: {named[0]} can't be met by itself."
    return f"In families: {listed(named)} can't all hold. {_without_one(clash)}"


def _plain(diagnosis: Diagnosis) -> bool:
    """Whether the one clash names each family once, so that the families say no more."""
    first, *more = diagnosis.subsets
    return not more and len(first.members) == len(first.families)


def _without_one(clash: FamilyClash) -> str:
    if clash.irreducible:
        return "Without any one of these families the others can."
    doubtful = [_family(*family) for family, doubt in zip(clash.families, clash.doubts, strict=True) if doubt]
    return f"Not proven necessary: {', '.join(doubtful)}."


def _family(kind: LimitKind, name: str) -> str:
    return name if kind is LimitKind.CONSTRAINT else f"the {kind.value}s of {name}"


def _subsets(diagnosis: Diagnosis) -> Iterator[str]:
    alone = len(diagnosis.subsets) == 1
    for place, subset in enumerate(diagnosis.subsets, 1):
        head = "These limits clash" if alone else f"Clash {place} of {len(diagnosis.subsets)}"
        yield "\n".join([head, *_members(subset), *_known(subset)])


def _members(subset: Subset) -> Iterator[str]:
    rows = list(zip(subset.members, subset.rows, subset.doubts, strict=True))
    for family in subset.families:
        own = [row for row in rows if (row[0].kind, row[0].name) == family]
        first = own[0][0]
        if first.kind is LimitKind.CONSTRAINT:
            yield f"  {first.name}{_kind(first)}{_quote(first)}"
        else:
            # a quote about an upper bound explains no zero
            quote = "" if first.kind is LimitKind.LOWER and not first.value else _quote(first)
            yield f"  {first.kind.value} of {first.name}{quote}"
        yield from (_row(*row) for row in own[:ROWS])
        if len(own) > ROWS:
            yield f"    … and {len(own) - ROWS:,} more of {first.name}"


def _kind(limit: Limit) -> str:
    return f" ({limit.kind_of.value})" if limit.kind_of is not None else ""


def _quote(limit: Limit) -> str:
    return cited(limit.sources, QUOTE, clauses=2)


def _row(limit: Limit, text: str, doubt: str) -> str:
    constraint = limit.kind is LimitKind.CONSTRAINT
    place = f"{place_of(limit.name, limit.key)}: " if constraint and limit.key else ""
    return f"    {place}{text}" + (f"   [not proven necessary: {doubt}]" if doubt else "")


def _sum(subset: Subset) -> str:
    if not subset.weights or len(subset.members) < 2:
        return ""
    asked, allowed = number(subset.asked, EXACT), number(subset.allowed, EXACT)
    often = {name: abs(weight) for name, weight in zip(_places(subset), subset.weights, strict=True)}
    several = [f"{name} counted {count} times" for name, count in often.items() if count > 1]
    how = f" ({', '.join(several[:ROWS])}{' …' if len(several) > ROWS else ''})" if several else ""
    return f"  Added up{how}, they ask for at least {asked} where at most {allowed} can be had."


def _places(subset: Subset) -> Iterator[str]:
    return (member.place for member in subset.members)


def _known(subset: Subset) -> Iterator[str]:
    if _sum(subset):
        yield _sum(subset)
    if not subset.members:
        yield "  No limit that may be given up takes part: the others clash by themselves."
    elif len(subset.members) == 1 and subset.irreducible:
        yield "  It can't be met even by itself."
    elif subset.irreducible:
        yield "  Irreducible: without any one of these the others can be met (each such plan was checked)."
    else:
        proven = sum(subset.proven)
        yield f"  {proven} of {len(subset.members)} proven necessary; the others were not settled."
    if subset.integrality_needed:
        yield "  Whole numbers matter: with fractions there would be a plan."
    yield f"  How it is known: {subset.proof}."


def _count(diagnosis: Diagnosis) -> str:
    found = len(diagnosis.subsets)
    if found == 1:
        return "There is no other clash." if diagnosis.complete else ""
    if diagnosis.complete:
        return f"These {found} clashes are all there are; a plan has to break every one of them."
    return f"{found} clashes found; there may be more."


# unbounded


def _growth(found: Growth) -> str:
    return _direction(found) if found.steps else _box(found)


def _direction(found: Growth) -> str:
    lines = [f"  {_step(step)}" for step in found.steps[:STEPS]]
    more = len(found.steps) - len(lines)
    lines += [f"  … and {more:,} more decisions"] if more else []
    named = f"the objective {found.objective}" if found.objective != "objective" else "the objective"
    head = "Every plan can be changed like this again and again, and no limit is ever met (checked):"
    each = f"Each time {named} improves by {amount(found.gain, found.unit)}."
    if found.fractional:
        each += " Decisions that have to be whole can follow in larger steps only."
    return "\n".join([head, *lines, each, "", *_missing(found.steps)])


def _step(step: Step) -> str:
    way = "grows" if step.amount > 0 else "falls"
    return f"{place_of(step.variable, step.key)} {way} by {amount(abs(step.amount), step.unit)}"


def _missing(steps: tuple[Step, ...]) -> Iterator[str]:
    """Which bounds would stop it; one is enough."""
    yield "Any one of these would end it, or a constraint between them (other directions may be left):"
    for step in steps[:STEPS]:
        side = "an upper" if step.amount > 0 else "a lower"
        yield f"  {side} bound of {place_of(step.variable, step.key)}"


def _box(found: Growth) -> str:
    lines = []
    for box in found.boxes:
        value = "nothing found" if box.objective is None else amount(box.objective, found.unit)
        lines.append(f"  within ±{number(box.edge)}: {value}")
    edge = ", ".join(found.at_edge[:STEPS]) + (" …" if len(found.at_edge) > STEPS else "")
    at = f"\nAt the edge of the last box: {edge}." if edge else ""
    return f"The best {found.objective} inside growing boxes\n" + "\n".join(lines) + at
