"""How the solve ended, in a sentence or two."""

from __future__ import annotations

from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import agree
from quintet.formulation.wording import number, sentence, with_unit
from quintet.solvers.ending import told_ending
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution

_SUPERLATIVE = {Sense.MINIMIZE: "smallest", Sense.MAXIMIZE: "largest"}
_REMEDY = {
    Outcome.INFEASIBLE: "`quintet diagnose` says which of them clash, and `quintet repair` what to loosen.",
    Outcome.UNBOUNDED: "`quintet diagnose` names the decisions that grow.",
    Outcome.INFEASIBLE_OR_UNBOUNDED: "`quintet diagnose` finds out which.",
    Outcome.CRASHED: "Another one may do better (--solver).",
    Outcome.UNKNOWN: "Another one may do better (--solver).",
}


def without_plan(solution: Solution) -> str:
    """Why there is no plan, and where to turn."""
    if solution.outcome is Outcome.LIMIT_NO_SOLUTION:
        limit = solution.stopped_by or "limit"
        return (
            f"The {limit} came before any plan was found, so it is not known whether there is one. "
            "Allow more, or ask `quintet diagnose` whether the limits clash."
        )
    said = (told_ending(solution.outcome), _REMEDY.get(solution.outcome, ""), sentence(solution.message))
    return " ".join(part for part in said if part)


def headline(solution: Solution, values: dict[str, float], unit: str) -> str:
    """What was reached, and whether it is proven.

    Args:
        solution: With a plan.
        values: Value of every level of the objective.
        unit: Of the first.
    """
    first, *later = solution.model.objectives
    if first.sense is Sense.SATISFY:
        return "A plan that keeps all the limits was found; nothing was to be optimised."
    value = with_unit(number(values[first.name]), unit)
    said = [_reached(solution, first.name, first.sense, value, unit)]
    for level in later:
        amount = with_unit(number(values[level.name]), level.unit)
        said.append(
            f"Without losing that, the {_SUPERLATIVE[level.sense]} possible {level.name} is {amount}."
        )
    if solution.message:
        said.append(sentence(solution.message))
    return " ".join(said)


def _reached(solution: Solution, name: str, sense: Sense, value: str, unit: str) -> str:
    best, named = _SUPERLATIVE[sense], "value" if name == "objective" else name
    if solution.outcome is Outcome.OPTIMAL:
        bound, reached = solution.bound, solution.objective
        if (
            len(solution.model.objectives) > 1
            and None not in (bound, reached)
            and not agree(bound or 0, reached or 0)
        ):
            reach = with_unit(number(bound or 0), unit)
            return (
                f"The {named} is {value}; {reach} alone was possible, the rest was given up for what follows."
            )
        return f"The {best} possible {named} is {value}, proven optimal."
    if solution.outcome is Outcome.LOCALLY_OPTIMAL:
        return f"The {best} {named} nearby is {value}; a better plan may exist elsewhere."
    return f"The {best} {named} found so far is {value}{_bound(solution, sense, unit)}."


def _bound(solution: Solution, sense: Sense, unit: str) -> str:
    stopped = (
        f"the solve was stopped by the {solution.stopped_by}" if solution.stopped_by else "it is not proven"
    )
    if solution.bound is None or abs(solution.bound) == float("inf"):
        return f"; {stopped}"
    word = "below" if sense is Sense.MINIMIZE else "above"
    return f"; {stopped}, and nothing {word} {with_unit(number(solution.bound), unit)} is possible"
