"""The least-changed plan in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import INTEGRALITY, agree
from quintet.formulation.wording import MOST, amount, counted, listed, number, percent, place_of
from quintet.solvers.alternatives.closeness import Measure
from quintet.solvers.alternatives.plan import Plan
from quintet.solvers.alternatives.standing import NONE_EXISTS, no_best
from quintet.solvers.alternatives.telling import tell_changes

if TYPE_CHECKING:
    from quintet.solvers.alternatives.staying import Replan

NAMED = 6
"""Decisions that are named where some are new or gone."""


def tell_replan(found: Replan) -> str:
    """The answer as text of several short parts."""
    title = found.model.formulation.title or ""
    if found.plan is None:
        return "\n\n".join(part for part in (title, _none(found), _fit(found)) if part)
    parts = [
        title,
        "\n".join(line for line in (_moved(found), *_cost(found), _fit(found)) if line),
        tell_changes(found.changes, found.model),
        "\n".join(_strange(found)),
        _measured(found),
    ]
    return "\n\n".join(part for part in parts if part)


def _none(found: Replan) -> str:
    if found.outcome in NONE_EXISTS:
        return f"There is no plan: {found.message}."
    return no_best(found.outcome, found.message)


def _moved(found: Replan) -> str:
    share = f"within {percent(found.within)} of the best" if found.within else "as good as the best"
    count = len(found.changes)
    if not count:
        return f"Nothing has to change: the last plan is {share}."
    least = "" if found.proven else f" ({found.message})"
    best = (
        f"; the best plan that was found changes {found.best_changes:,}" if found.best_changes > count else ""
    )
    return (
        f"To be {share}, {counted(count, 'decision')} of {found.last.known:,} "
        f"{'has' if count == 1 else 'have'} to change{best}.{least}"
    )


def _cost(found: Replan) -> Iterator[str]:
    """What is lost against the best, objective by objective."""
    assert found.plan is not None
    assert found.best is not None
    for objective in found.model.objectives:
        if objective.sense is Sense.SATISFY:
            continue
        best, here = found.best.objectives[objective.name], found.plan.objectives[objective.name]
        name = "Objective" if objective.name == "objective" else objective.name
        if agree(best, here):
            yield f"{name}: {amount(here, objective.unit)}, which is the best."
        else:
            difference = amount(abs(here - best), objective.unit)
            share = f" ({percent(abs(here - best) / abs(best))})" if best else ""
            yield (
                f"{name}: {amount(here, objective.unit)}; the best is {amount(best, objective.unit)}, "
                f"so staying close costs {difference}{share}."
            )


def _fit(found: Replan) -> str:
    if found.before is not None:
        return f"The last plan still fits{_worth(found, found.before)}."
    if found.broken:
        places = [violation.place.partition(".")[2] for violation in found.broken]
        return f"The last plan no longer fits: it breaks {listed(places, NAMED)}."
    if found.valueless:
        return f"Whether the last plan still fits can't be worked out: {found.valueless}."
    return ""


def _worth(found: Replan, plan: Plan) -> str:
    values = [
        f"{'' if o.name == 'objective' else o.name + ' '}{amount(plan.objectives[o.name], o.unit)}"
        for o in found.model.objectives
        if o.sense is not Sense.SATISFY
    ]
    return f" and is worth {', '.join(values)} now" if values else ""


def _strange(found: Replan) -> Iterator[str]:
    if found.last.new:
        count = counted(len(found.last.new), "decision is", "decisions are")
        yield f"{count} new and counted as no change: {listed(_chosen(found), NAMED)}"
    if found.last.gone:
        count = counted(len(found.last.gone), "value")
        yield f"{count} of the last plan name nothing any more: {listed(found.last.gone, NAMED)}"


def _chosen(found: Replan) -> list[str]:
    """The new decisions with their values, those that are not 0 first."""
    values: dict[str, float] = {}
    for name, new in found.new.items():
        keys = found.model.variables[name].family.keys
        for row in np.flatnonzero(~np.isnan(new)).tolist():
            values[place_of(name, keys[row])] = float(new[row])
    ordered = sorted(values, key=lambda place: abs(values[place]) <= INTEGRALITY)
    return [f"{place} = {number(values[place])}" for place in ordered]


def _measured(found: Replan) -> str:
    """How change was measured, where it was not plain."""
    if not found.changes:
        return ""
    counts = found.measure is Measure.COUNT
    what = "Each decision that changes" if counts else "A unit of change"
    others = {name: weight for name, weight in found.weights.items() if weight not in (0.0, 1.0)}
    left_out = [name for name, weight in found.weights.items() if weight == 0]
    parts = [f"of {name} counts {weight:g}" for name, weight in others.items()]
    parts += [f"of {listed(left_out, MOST)} nothing"] if left_out else []
    if not parts:
        return f"{what} counts 1." if counts else ""
    return f"{what} {', '.join(parts)}{', else 1' if len(found.weights) > len(parts) else ''}."
