"""The critic: says what is wrong with a program (OptimAI), or which half is wrong (LLMOPT)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from quintet.agent.asking import Update, ask_for, node
from quintet.agent.context import Context
from quintet.agent.program import SHOWN, Attempt, Trial
from quintet.agent.state import Judgement, Note, State
from quintet.errors import ReplyError


class Critique(BaseModel):
    """What the critic replies.

    Args:
        feedback: What is to be done differently.
        fault: Where the fault lies.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    feedback: str
    fault: Literal["program", "reading", "none"] = "program"


@node("critic")
async def criticise(state: State, context: Context) -> Update:
    """Feedback for the chosen program; none is asked for where the coder gave no program."""
    attempts, chosen = list(state.attempts), state.chosen
    attempt = attempts[chosen]
    if not attempt.code:
        return {}
    context.say("critic", f"looking at program {chosen + 1}")
    attempts[chosen] = attempt.model_copy(update={"feedback": await _feedback(state, context, attempt)})
    return {"attempts": attempts}


async def _feedback(state: State, context: Context, attempt: Attempt) -> str:
    """What the critic says; words in another shape than asked for are words for the coder all the same."""
    plan = attempt.plan.model_dump() if attempt.plan else None
    case = _case(state, attempt)
    try:
        found = await ask_for(
            context, "criticise", Critique, sample=attempt.revision, tries=1, plan=plan, **case
        )
    except ReplyError as unusable:
        if unusable.refused or not unusable.reply.strip():
            raise
        return unusable.reply.strip()[:SHOWN]
    return found.feedback


@node("critic")
async def judge(state: State, context: Context) -> Update:
    """LLMOPT's self-correction: are the elements right, is the program (arXiv 2410.13213)."""
    if not state.attempts:  # a budget was spent before there was a program
        return {"judgement": None}
    attempt = state.attempts[0]
    notes: list[Note] = []
    try:
        found = await _judged(state, context, attempt)
    except ReplyError as unusable:
        found, notes = _own(attempt), [Note(role="critic", message=str(unusable))]
    feedback = "" if found.program_correct else found.program_analysis
    return {
        "judgement": found,
        "attempts": [attempt.model_copy(update={"feedback": feedback})],
        "chosen": 0,
        "history": [0],
        "notes": notes,
    }


async def _judged(state: State, context: Context, attempt: Attempt) -> Judgement:
    """The critic's word, where the formulator gave elements to judge."""
    if state.elements is None:
        return _own(attempt)
    context.say("critic", "judging elements and program")
    return await ask_for(context, "judge", Judgement, sample=len(state.history), **_case(state, attempt))


def _own(attempt: Attempt) -> Judgement:
    """What the program's own check says, where there is no critic's word."""
    complaint = attempt.trial.complaint if attempt.trial else ""
    return Judgement(elements_correct=True, program_correct=attempt.passed, program_analysis=complaint)


def _case(state: State, attempt: Attempt) -> dict[str, Any]:
    trial = attempt.trial or Trial(status="not run")
    return {
        "elements": state.elements,
        "program": attempt.code,
        "result": trial.to_text(),
    }
