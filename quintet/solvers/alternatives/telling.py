"""Why-not in words: what comes of it first, then why, then what changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from quintet.formulation.columns import columns
from quintet.formulation.model import Model
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import agree
from quintet.formulation.wording import amount, counted, headed, more, number, sentence
from quintet.solvers.alternatives.costs import Term
from quintet.solvers.alternatives.plan import Change, Plan
from quintet.solvers.alternatives.standing import no_best

if TYPE_CHECKING:
    from quintet.solvers.alternatives.why import WhyNot

CHANGES = 8
"""Changed decisions of one family that are printed; the rest is counted."""


def tell_whynot(found: WhyNot) -> str:
    """The answer as text of several short parts."""
    parts = [
        found.model.formulation.title or "",
        f"Why not “{found.forced}”?\n{_verdict(found)}",
        _because(found),
        tell_terms(found.terms),
        tell_changes(found.changes, found.model),
    ]
    return "\n\n".join(part for part in parts if part)


def _verdict(found: WhyNot) -> str:
    return {
        "already": lambda: "The best plan does that already.",
        "free": lambda: _free(found),
        "costs": lambda: _costs(found),
        "impossible": lambda: "No plan can, at any price.",
        "unsettled": lambda: sentence(found.message),
        "no_plan": lambda: no_best(found.outcome, found.message),
    }[found.verdict.value]()


def _free(found: WhyNot) -> str:
    if all(objective.sense is Sense.SATISFY for objective in found.model.objectives):
        return "Nothing speaks against it: there is a plan that does."
    return f"Nothing speaks against it: the plan below is as good ({_values(found.model, found.plan)})."


def _values(model: Model, plan: Plan | None) -> str:
    assert plan is not None, "asked for only where there is a plan"
    parts = [
        f"{o.name}: {amount(plan.objectives[o.name], o.unit)}"
        for o in model.objectives
        if o.sense is not Sense.SATISFY
    ]
    return ", ".join(parts)


def _costs(found: WhyNot) -> str:
    if found.plan is None or found.base is None:
        return "No plan that does is as good; what the best of them costs was not found out."
    lines = [_price(found, name) for name in found.prices]
    doubt = "" if found.exact else " At most: a better plan with it may exist."
    return "\n".join(line for line in lines if line) + doubt


def _price(found: WhyNot, name: str) -> str:
    assert found.plan is not None
    assert found.base is not None
    objective = next(o for o in found.model.objectives if o.name == name)
    before, after = found.base.objectives[name], found.plan.objectives[name]
    if agree(before, after):
        return "" if len(found.prices) > 1 else "It costs less than can be told apart."
    subject = "the best value is" if name == "objective" else f"{name}, at best:"
    difference = f"{amount(abs(after - before), objective.unit)} {'more' if after > before else 'less'}"
    values = f"{amount(after, objective.unit)} instead of {amount(before, objective.unit)}"
    return f"With it, {subject} {values} ({difference})."


def _because(found: WhyNot) -> str:
    if found.verdict.value not in ("costs", "impossible"):
        return ""
    if not found.reasons.found:
        return f"Which limits speak against it was not found out: {found.reasons.note}."
    if not found.reasons.families:
        return _alone(found)
    start = (
        "These limits leave no plan that does it and loses nothing:"
        if found.verdict.value == "costs"
        else "These limits rule it out together:"
    )
    driver = _driver(found) if found.reasons.only_definitions else ""
    return "\n".join(part for part in (start, found.reasons.to_text(), driver) if part)


def _alone(found: WhyNot) -> str:
    if found.verdict.value == "impossible":
        return "It contradicts the domain of its own decisions."
    return f"No limit stands in its way: it is the objective alone. {_driver(found)}".rstrip()


def _driver(found: WhyNot) -> str:
    """The addend of the objective that grows worst, where no limit but the objective is the reason."""
    moved = [term for term in found.terms if term.moved]
    if not moved:
        return ""
    worst = max(moved, key=lambda term: abs(term.after - term.before))
    return f"What drives it is {worst.label}: {number(worst.before)} → {number(worst.after)}."


# what differs


def tell_terms(found: Sequence[Term]) -> str:
    """The addends of the objective at both plans, those that move."""
    moved = [term.row for term in found if term.moved]
    return "\n".join(["What the objective is made of", *columns(moved)]) if moved else ""


def tell_changes(found: Sequence[Change], model: Model, heading: str = "What changes") -> str:
    """The decisions that differ, by family."""
    if not found:
        return ""
    families: dict[str, list[Change]] = {}
    for change in found:
        families.setdefault(change.variable, []).append(change)
    lines = [line for name, rows in families.items() for line in _family(name, rows, model)]
    return "\n".join([heading, *lines])


def _family(name: str, rows: list[Change], model: Model) -> Iterable[str]:
    variable = model.variables[name]
    title = headed(name, variable.unit)
    if not variable.family.arity:
        yield f"  {title}: {number(rows[0].before)} → {number(rows[0].after)}"
        return
    yield f"  {title}: {counted(len(rows), 'value')} of {len(variable.family):,}"
    shown = [
        (", ".join(map(str, change.key)), number(change.before), f"→ {number(change.after)}")
        for change in _largest(rows)
    ]
    yield from columns(shown, indent="    ")
    if len(rows) > CHANGES:
        yield f"    {more(len(rows) - CHANGES)}"


def _largest(rows: list[Change]) -> list[Change]:
    """The changes to print, in the order of the document: where there are too many, the largest."""
    kept = sorted(rows, key=lambda change: -abs(change.after - change.before))[:CHANGES]
    return [change for change in rows if change in kept]
