"""The compiler: holds a draft against data and text, and solves it. No language model takes part."""

from __future__ import annotations

from dataclasses import replace

from quintet.agent.aside import aside
from quintet.agent.asking import Update, node
from quintet.agent.context import Context
from quintet.agent.draft import Draft, Solved
from quintet.agent.state import State
from quintet.errors import QuintetError
from quintet.formulation.binding import bind
from quintet.formulation.coverage import cover
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model
from quintet.formulation.structure import structure
from quintet.formulation.units import check_units
from quintet.problem import Finding, Severity
from quintet.solvers import solve as optimize
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution

FAULTS = 12
"""Most faults that go back to the formulator at once."""


@node("compiler")
async def inspect(state: State, context: Context) -> Update:
    """Load, bind and check the draft; what is wrong with it goes back to the formulator."""
    draft = state.draft
    if draft is None or not draft.document:
        return {}
    checked = await aside(inspected, draft, context)
    if checked.faults:
        context.say("compiler", f"{len(checked.faults)} faults: {checked.faults[0]}")
    return {"draft": checked}


def inspected(draft: Draft, context: Context) -> Draft:
    """The draft with its faults: errors always, warnings the first time only."""
    try:
        formulation = formulation_of(draft, context)
        model = bind(formulation, context.problem.data)
        errors, warnings = _findings(model)
    except QuintetError as fault:
        return draft.model_copy(update={"faults": (str(fault),), "usable": False})
    told = [str(finding) for finding in (*errors, *(() if draft.revision else warnings))]
    return draft.model_copy(update={"faults": tuple(told[:FAULTS]), "usable": not errors})


def formulation_of(draft: Draft, context: Context) -> Formulation:
    """The draft as a formulation that quotes the problem's own text and finds its tables.

    Raises:
        DocumentError: The draft is no formulation.
    """
    form = "json" if draft.document.lstrip().startswith("{") else "yaml"
    read = Formulation.loads(draft.document, form, place="the formulation")
    return read.model_copy(update={"text": context.problem.text}).within(context.problem.data)


def _findings(model: Model) -> tuple[list[Finding], list[Finding]]:
    found = [*model.findings, *structure(model), *cover(model.formulation), *check_units(model)]
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    return errors, [finding for finding in found if finding.severity is Severity.WARNING]


@node("compiler")
async def solve(state: State, context: Context) -> Update:
    """Solve the draft as it stands."""
    draft = state.document
    context.say("compiler", "solving the formulation")
    try:
        solution = (await aside(solved, draft, context))[1]
    except QuintetError as fault:
        return {"draft": draft.model_copy(update={"usable": False, "faults": (str(fault),)})}
    context.say("compiler", _told(solution))
    if solution.outcome in DOUBTFUL and not draft.doubted:
        doubt = await aside(_doubt, solution)
        return {"draft": draft.model_copy(update={"faults": (doubt,), "doubted": True})}
    return {
        "solved": Solved(
            outcome=solution.outcome.value, objective=solution.objective, message=solution.message
        )
    }


def solved(draft: Draft, context: Context) -> tuple[Model, Solution]:
    """Model and solution of a draft; solved once in a process.

    Raises:
        QuintetError: It can't be bound or solved.
    """
    known = context.desk.solutions
    if draft.document not in known:
        model = bind(formulation_of(draft, context), context.problem.data)
        options = context.options
        if options.time_limit is None:
            options = replace(options, time_limit=SOLVER_SECONDS)
        known[draft.document] = (model, optimize(model, solver=context.solver, options=options))
    return known[draft.document]


SOLVER_SECONDS = 300.0
"""Wall time of a solve where the user set no limit: a model's mistake must not run for ever."""


DOUBTFUL = (Outcome.INFEASIBLE, Outcome.UNBOUNDED, Outcome.INFEASIBLE_OR_UNBOUNDED)
"""Outcomes that come of a misreading more often than of a problem: looked at once more."""


def _doubt(solution: Solution) -> str:
    """What to look at again; the same document is the right reply if the text is really like that."""
    same = "if the text really says so, the document is right as it stands"
    if solution.outcome is Outcome.INFEASIBLE:
        return (
            f"no plan meets all constraints{_clash(solution)}: look for a limit that the text does not state,"
            f" a wrong sense or a wrong number; {same}"
        )
    return (
        "the objective has no limit: look for a limit that the text states and the document lacks, or a wrong"
        f" sense; {same}"
    )


def _clash(solution: Solution) -> str:
    """The constraints that can't hold together, where they are quickly found."""
    from quintet.solvers.diagnosis import LimitKind, diagnose

    try:
        found = diagnose(solution.model, Options(time_limit=DIAGNOSIS_SECONDS))
    except QuintetError:
        return ""  # the doubt is told without it
    if found.families is None:
        return ""
    names = [
        name if kind is LimitKind.CONSTRAINT else f"the {kind.value} of {name}"
        for kind, name in found.families.families
    ]
    return f" ({' and '.join(names)} can't all hold)"


DIAGNOSIS_SECONDS = 5.0
"""Wall time for finding out which constraints clash."""


def _told(solution: Solution) -> str:
    if solution.objective is None:
        return solution.outcome.value
    return f"{solution.outcome.value}, objective {solution.objective:.9g}"
