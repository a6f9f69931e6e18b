"""How the solve ended, in a sentence or two."""

from __future__ import annotations

from quintet.formulation.schema import Sense
from quintet.formulation.tolerances import agree
from quintet.solvers.explain.wording import number, with_unit
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution

_SUPERLATIVE = {Sense.MINIMIZE: "smallest", Sense.MAXIMIZE: "largest"}
_WITHOUT = {
    Outcome.INFEASIBLE: "No plan meets all the limits. `quintet diagnose` says which of them clash, "
    "and `quintet repair` what to loosen.",
    Outcome.UNBOUNDED: "The objective can grow without limit: something that holds it back is missing. "
    "`quintet diagnose` names the decisions that grow.",
    Outcome.INFEASIBLE_OR_UNBOUNDED: "Either no plan meets all the limits, or the objective can grow "
    "without limit. `quintet diagnose` finds out which.",
    Outcome.CRASHED: "The solver failed, so there is no plan. Another one may do better (--solver).",
    Outcome.UNKNOWN: "The solver stopped without an answer that can be used. Another one may do better "
    "(--solver).",
}


def without_plan(solution: Solution) -> str:
    """Why there is no plan, and where to turn."""
    if solution.outcome is Outcome.LIMIT_NO_SOLUTION:
        limit = solution.stopped_by or "limit"
        return (
            f"The {limit} came before any plan was found, so it is not known whether there is one. "
            "Allow more, or ask `quintet diagnose` whether the limits clash."
        )
    said = _WITHOUT.get(solution.outcome, f"The solve ended {solution.outcome.value}.")
    return f"{said} {_sentence(solution.message)}".strip()


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
        said.append(_sentence(solution.message))
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


def _sentence(text: str) -> str:
    """With a capital and a full stop, if it is anything."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""
