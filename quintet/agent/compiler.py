"""The compiler: holds a draft against data and text, and solves it. No language model takes part."""

from __future__ import annotations

from dataclasses import replace

from quintet.agent.aside import aside
from quintet.agent.asking import Update, node
from quintet.agent.context import Context
from quintet.agent.draft import Draft, Solved
from quintet.agent.faults import fault_in, faults_of
from quintet.agent.state import Note, State
from quintet.errors import QuintetError
from quintet.formulation.binding import bind
from quintet.formulation.coverage import cover
from quintet.formulation.document import Formulation
from quintet.formulation.model import Model
from quintet.formulation.schema import Sense
from quintet.formulation.structure import structure
from quintet.formulation.units import check_units
from quintet.llm.jsontext import NoJSON, objects
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
        count = len(checked.faults)
        context.say("compiler", f"{count} fault{'' if count == 1 else 's'}: {checked.faults[0]}")
    return _kept(checked, state, context)


def _kept(draft: Draft, state: State, context: Context) -> Update:
    """The draft; the usable document before it, where this one is not and there are no tries left."""
    over = state.spent or draft.revision >= context.tactics.repairs
    if draft.usable or not draft.before or not over:
        return {"draft": draft}
    said = f"the last repair can't be used, the document before it is taken: {draft.faults[0]}"
    context.say("compiler", said)
    earlier = {"document": draft.before, "before": "", "usable": True, "faults": ()}
    return {"draft": draft.model_copy(update=earlier), "notes": [Note(role="compiler", message=said)]}


def inspected(draft: Draft, context: Context) -> Draft:
    """The draft with its faults: errors always, warnings until they were all that there was to say once."""
    data = context.problem.data
    try:
        formulation = formulation_of(draft, context)
    except QuintetError as fault:
        return _faulty(draft, [_unreadable(draft.document) or str(fault)])
    try:
        errors, warnings = doubts(bind(formulation, data))
    except QuintetError as fault:
        return _faulty(draft, faults_of(formulation, data, fault))
    told = [str(finding) for finding in (*errors, *(() if draft.warned else warnings))]
    hidden = fault_in(formulation, data) if told else None  # what would be found on solving otherwise
    if hidden is not None:
        told = [*faults_of(formulation, data, hidden), *told]
    usable = not errors and hidden is None
    changes = {"faults": tuple(told[:FAULTS]), "usable": usable, "warned": draft.warned or usable}
    return draft.model_copy(update=changes)


def _faulty(draft: Draft, faults: list[str]) -> Draft:
    again = ["the document that came back was the same; what is wrong with it is still so"]
    told = faults[:FAULTS] + (again if draft.repeated else [])
    return draft.model_copy(update={"faults": tuple(told), "usable": False})


def _unreadable(document: str) -> str:
    """Why a document in JSON can't be read, where more can be said than where the reader stopped."""
    if not document.startswith("{"):
        return ""
    try:
        for _ in objects(document):
            return ""
    except NoJSON as error:
        return f"the formulation: {error}; write the whole document, as plain JSON with double quotes"
    return ""


def formulation_of(draft: Draft, context: Context) -> Formulation:
    """The draft as a formulation that quotes the problem's own text and finds its tables.

    Raises:
        DocumentError: The draft is no formulation.
    """
    form = "json" if draft.document.lstrip().startswith("{") else "yaml"
    read = Formulation.loads(draft.document, form, place="the formulation")
    return read.model_copy(update={"text": context.problem.text}).within(context.problem.data)


def doubts(model: Model) -> tuple[list[Finding], list[Finding]]:
    """What is wrong, and what may be wrong, with a formulation that binds: errors and warnings."""
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
        faults = await aside(faults_of, formulation_of(draft, context), context.problem.data, fault)
        return _kept(_faulty(draft, faults), state, context)
    context.say("compiler", _told(solution))
    doubt = "" if draft.doubted else await aside(_doubt, solution)
    if doubt:
        return {"draft": draft.model_copy(update={"faults": (doubt,), "doubted": True})}
    return {"solved": _brief(solution)}


def _brief(solution: Solution) -> Solved:
    satisfied = solution.outcome.solved and solution.model.objectives[0].sense is Sense.SATISFY
    return Solved(
        outcome=solution.outcome.value,
        objective=solution.objective,
        message=solution.message,
        satisfied=satisfied,
    )


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
"""Outcomes without a plan."""


def _doubt(solution: Solution) -> str:
    """What to look at again; the same document is the right reply if the text is really like that.

    An outcome without a plan, or with one where nothing is done, comes of a misreading more often than of a
    problem.
    """
    same = "if the text really says so, the document is right as it stands"
    if solution.outcome is Outcome.INFEASIBLE:
        return (
            f"no plan meets all constraints{_clash(solution)}: look for a limit that the text does not state,"
            f" a wrong sense or a wrong number; {same}"
        )
    if solution.outcome not in DOUBTFUL:
        idle = _idle(solution)
        return f"{idle}; {same}" if idle else ""
    return (
        "the objective has no limit: look for a limit that the text states and the document lacks, or a wrong"
        f" sense; {same}"
    )


def _idle(solution: Solution) -> str:
    """What to look at where the optimum is to do nothing at all."""
    sense = solution.model.objectives[0].sense
    amounts = (abs(float(value)) for values in (solution.point or {}).values() for value in values)
    if sense is Sense.SATISFY or solution.point is None or any(amount > IDLE for amount in amounts):
        return ""
    return (
        f"the optimum of {sense.value} is to do nothing, every decision is 0: look for a wrong sense, a wrong"
        " sign, or something that the text demands and the document lacks"
    )


IDLE = 1e-9
"""Amount up to which nothing is done."""


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
