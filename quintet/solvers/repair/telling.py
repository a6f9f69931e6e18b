"""Repairs in words."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from quintet.formulation.columns import columns
from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import agree
from quintet.formulation.wording import amount, counted, more, number, place_of, sentence, signed
from quintet.solvers.diagnosis.limit import Limit, LimitKind
from quintet.solvers.outcome import Outcome

if TYPE_CHECKING:
    from quintet.solvers.repair.choice import Standing
    from quintet.solvers.repair.relaxation import Relaxation, Repair, Repairs, Setting

ROWS = 25
"""Rows of one repair that are printed; the rest is counted."""
EXACT = 9
"""Digits of values that are to be set: with fewer the repair might not be one."""
BEST = {Sense.MINIMIZE: "minimum", Sense.MAXIMIZE: "maximum"}


def tell(repairs: Repairs) -> str:
    """The repairs as text of several short parts."""
    parts = [repairs.model.formulation.title or "", _verdict(repairs)]
    if not repairs.feasible:
        parts += [*_all(repairs), _prices(repairs), _held(repairs)]
    return "\n\n".join(part for part in parts if part)


def _verdict(repairs: Repairs) -> str:
    if repairs.feasible:
        best = repairs.smallest
        after = f" {_after(repairs, best)}" if best is not None else ""
        return f"A plan meets all limits as they are: there is nothing to repair.{after}"
    if repairs.stuck:
        return _stuck(repairs)
    if repairs.smallest is None:
        return sentence(repairs.message)
    said = (
        "No plan meets all limits."
        if repairs.feasible is False
        else "No plan is known that meets all limits."
    )
    widened = any(standing.soft and standing.why.startswith("no repair") for standing in repairs.standings)
    return f"{said} Constraints alone are not enough, so bounds may give way too." if widened else said


def _stuck(repairs: Repairs) -> str:
    lines = ["What may not give way contradicts itself, so there is no repair."]
    if repairs.conflict is not None and repairs.conflict.members:
        lines.append("These can't hold together:")
        lines += [f"  {_name(member)}" for member in repairs.conflict.members[:ROWS]]
        lines += _more(len(repairs.conflict.members))
    if repairs.message:
        lines.append(repairs.message)
    return "\n".join([*lines, "Let one go with --soft NAME."])


def _all(repairs: Repairs) -> Iterable[str]:
    smallest, fewest = repairs.smallest, repairs.fewest
    if smallest is None:
        return
    yield _one(repairs, smallest, f"Smallest change: weighted total {number_of(smallest.total)}", "smallest")
    if fewest is not None and fewest.changes == smallest.changes:
        yield f"No fewer limits are enough{'' if fewest.proven else ', as far as was found (not proven)'}."
    elif fewest is not None:
        limits = counted(fewest.count, "limit")
        yield _one(repairs, fewest, f"Fewest changes: {limits}", "fewest")
    if repairs.values is not None:
        title = (
            f"Smallest change of values that limits share: weighted total {number_of(repairs.values.total)}"
        )
        yield _one(repairs, repairs.values, title, "smallest")


def _one(repairs: Repairs, repair: Repair, title: str, proved: str) -> str:
    proof = f"proven {proved}" if repair.proven else f"not proven {proved}: the solver stopped early"
    lines = [f"{title} ({proof})"]
    told = _values(repair) if repair is repairs.values else [_change(change) for change in repair.changes]
    lines += columns(told[:ROWS], left=(0, 1))
    lines += _more(len(told))
    return "\n".join([*lines, *_what_if(repair), f"  {_after(repairs, repair)}"])


def _values(repair: Repair) -> list[tuple[str, str]]:
    values = [(s.place, _moved(s.before, s.after, s.unit)) for s in repair.settings]
    return values + [_change(change) for change in repair.changes if change.setting is None]


def _change(change: Relaxation) -> tuple[str, str]:
    name = _name(change.limit)
    if change.dropped:
        return name, "drop it"
    if change.before is None or change.after is None:
        way = "exceeded" if change.stem == "excess" else "missed"
        return name, f"let it be {way} by {number(change.amount, EXACT)} {change.unit}".rstrip()
    return name, _moved(change.before, change.after, change.unit)


def _moved(before: float, after: float, unit: str) -> str:
    way = "raise" if after > before else "lower"
    ends = f"from {number(before, EXACT)} to {number(after, EXACT)} {unit}".rstrip()
    return f"{way} {ends} ({signed(after - before, EXACT)})"


def _name(limit: Limit) -> str:
    place = place_of(limit.name, limit.key)
    return place if limit.kind is LimitKind.CONSTRAINT else f"{place}, {limit.kind.value}"


def _more(count: int) -> list[str]:
    return [f"  {more(count - ROWS)}"] if count > ROWS else []


def _what_if(repair: Repair) -> Iterable[str]:
    if repair.settings:
        text = " ".join(_set(setting) for setting in repair.settings[:ROWS])
        partly = any(change.setting is None for change in repair.changes)
        yield f"  as a what-if{', in part' if partly else ''}: {text}"
    if repair.settings_hold is False:
        yield "  but these values stand in other places too: with them alone there is still no plan"


def _set(setting: Setting) -> str:
    return f"--set {shlex.quote(setting.change)}"


def _after(repairs: Repairs, repair: Repair) -> str:
    objective, outcome = repairs.model.objectives[0], repair.outcome_after
    if outcome is Outcome.UNBOUNDED:
        return "The objective can then grow without limit."
    if not outcome.solved:
        return f"Not confirmed: solved again with it, the model ended {outcome.value!r}."
    if objective.sense is Sense.SATISFY or repair.objective_after is None:
        return "With it there is a plan." if repair.changes else ""
    start = "With it the" if repair.changes else "The"
    endings = {Outcome.OPTIMAL: "", Outcome.LOCALLY_OPTIMAL: " (locally optimal)"}
    ending = endings.get(outcome, " (stopped early)")
    value = amount(repair.objective_after, objective.unit)
    name = "" if objective.name == "objective" else f" {objective.name}"
    return f"{start} {BEST[objective.sense]}{name} is {value}{ending}.{_differs(repair)}"


def _differs(repair: Repair) -> str:
    """What the values change beyond the limits, where they stand in other places too."""
    other = repair.objective_with_settings
    mine = repair.objective_after
    if other is None or mine is None or agree(other, mine):
        return ""
    return f" Changed as values, which stand elsewhere too, they give {number(other)}."


def _prices(repairs: Repairs) -> str:
    if not repairs.weights:
        return ""
    told = []
    for weight in repairs.weights:
        span = number_of(weight.least)
        if weight.most > weight.least:
            span += f" to {number_of(weight.most)}"
        told.append(f"{_family(weight.standing)} {span}{' (as you say)' if weight.set_by_user else ''}")
    ruled = (
        ""
        if all(w.set_by_user for w in repairs.weights)
        else ", 1/max(1, |right side|) unless said otherwise"
    )
    return f"May give way, with the price of one unit{ruled}: {', '.join(told)}."


def number_of(weight: float) -> str:
    """A price or a total, to four digits."""
    return f"{weight:.4g}"


def _held(repairs: Repairs) -> str:
    held = [f"{_family(s)} ({s.why})" for s in repairs.standings if not s.soft]
    if not held:
        return ""
    few, rest = held[:ROWS], len(held) - ROWS
    more = f" and {rest} more" if rest > 0 else ""
    return f"Held: {', '.join(few)}{more}. --soft NAME lets one give way."


def _family(standing: Standing) -> str:
    if standing.kind is LimitKind.CONSTRAINT:
        return standing.name
    return f"{standing.name}.{standing.kind.value.split()[0]}"
