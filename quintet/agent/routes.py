"""Where a run goes after each node. A run whose budget is spent goes to its end from anywhere."""

from __future__ import annotations

from langgraph.graph import END
from langgraph.runtime import Runtime

from quintet.agent.clarifier import open_questions
from quintet.agent.context import Context
from quintet.agent.state import State
from quintet.agent.tactics import Tactics


def after_repair(state: State, runtime: Runtime[Context]) -> str:
    """`code`: one program, mended a few times."""
    if state.spent or state.passed or not state.attempts:
        return END
    return "coder.recode" if state.attempts[0].revision < runtime.context.tactics.repairs else END


def after_judge(state: State, runtime: Runtime[Context]) -> str:
    """`five-element`: back to the elements, to the program, or done (LLMOPT)."""
    judgement = state.judgement
    done = len(state.history) >= runtime.context.tactics.corrections
    if state.spent or done or judgement is None:
        return END
    if not judgement.elements_correct:
        return "formulator.elements"
    return END if judgement.program_correct and state.passed else "coder.recode"


def after_execute(state: State, runtime: Runtime[Context]) -> str:
    """`optimai`: done at the first program that passes, else a round of debugging."""
    return END if _settled(state, runtime.context.tactics) else "decider.decide"


def after_execute_beside(state: State, runtime: Runtime[Context]) -> str:
    """`quintet`: the same on the program's side, which ends in the comparison."""
    return "comparer.compare" if _settled(state, runtime.context.tactics) else "decider.decide"


def _settled(state: State, tactics: Tactics) -> bool:
    nothing = not state.attempts
    return nothing or state.spent or state.passed or len(state.history) >= tactics.rounds


def after_inspect(state: State, runtime: Runtime[Context]) -> str:
    """Faults go back to the formulator while there are tries; what can be solved is."""
    draft, tactics = state.draft, runtime.context.tactics
    if draft is None or state.spent:
        return "compiler.solve" if draft is not None and draft.usable else "end"
    if draft.faults and draft.revision < tactics.repairs:
        return "formulator.formulate"
    if not draft.usable:
        return "end"
    return "reviewer.review" if tactics.review and not state.reviewed else "compiler.solve"


def after_review(state: State, runtime: Runtime[Context]) -> str:
    """An edited document that does not bind goes back to the person, until they leave it as it is."""
    if state.document.usable:
        return "compiler.solve"
    return "end" if state.reviewed else "reviewer.review"


def after_solve(state: State, runtime: Runtime[Context]) -> str:
    """A draft that turned out not to be solvable, or to have no plan, is looked at once more."""
    draft, tactics = state.document, runtime.context.tactics
    unsolved = state.solved is None
    again = unsolved and not state.spent and not draft.edited
    if again and draft.faults and draft.revision < tactics.repairs:
        return "formulator.formulate"
    return "compiler.solve" if unsolved and draft.usable and (draft.doubted or not draft.faults) else "end"


def after_clarify(state: State, runtime: Runtime[Context]) -> list[str] | str:
    """The next question, or on to the two readings."""
    return (
        "clarifier.put_question"
        if open_questions(state) and not state.spent
        else ["formulator.formulate", "planner.plan"]
    )


def start(state: State, runtime: Runtime[Context]) -> list[str] | str:
    """Questions first, if any may be asked."""
    return (
        "clarifier.clarify" if runtime.context.tactics.questions else ["formulator.formulate", "planner.plan"]
    )


def after_compare(state: State, runtime: Runtime[Context]) -> str:
    """An explanation, if one is wanted and there is an answer."""
    wanted = runtime.context.tactics.explain and state.solved is not None
    return "explainer.explain" if wanted and not state.spent else END
