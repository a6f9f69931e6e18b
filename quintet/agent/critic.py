"""The critic: says what is wrong with a program (OptimAI), or which half is wrong (LLMOPT)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from quintet.agent.asking import Update, ask_for, node
from quintet.agent.context import Context
from quintet.agent.program import Attempt, Trial
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
    """Feedback for the chosen program."""
    attempts, chosen = list(state.attempts), state.chosen
    context.say("critic", f"looking at program {chosen + 1}")
    attempt = attempts[chosen]
    plan = attempt.plan.model_dump() if attempt.plan else None
    found = await ask_for(
        context, "criticise", Critique, sample=attempt.revision, plan=plan, **_case(state, attempt)
    )
    attempts[chosen] = attempts[chosen].model_copy(update={"feedback": found.feedback})
    return {"attempts": attempts}


@node("critic")
async def judge(state: State, context: Context) -> Update:
    """LLMOPT's self-correction: are the elements right, is the program (arXiv 2410.13213)."""
    if not state.attempts:  # a budget was spent before there was a program
        return {"judgement": None}
    attempt = state.attempts[0]
    try:
        found = await _judged(state, context, attempt)
    except ReplyError as unusable:
        return {"judgement": None, "notes": [Note(role="critic", message=str(unusable))]}
    feedback = "" if found.program_correct else found.program_analysis
    return {
        "judgement": found,
        "attempts": [attempt.model_copy(update={"feedback": feedback})],
        "chosen": 0,
        "history": [0],
    }


async def _judged(state: State, context: Context, attempt: Attempt) -> Judgement:
    """The critic's word; where the formulator gave no elements, what the program's own check says."""
    if state.elements is None:
        complaint = attempt.trial.complaint if attempt.trial else ""
        return Judgement(elements_correct=True, program_correct=attempt.passed, program_analysis=complaint)
    context.say("critic", "judging elements and program")
    return await ask_for(context, "judge", Judgement, sample=len(state.history), **_case(state, attempt))


def _case(state: State, attempt: Attempt) -> dict[str, Any]:
    trial = attempt.trial or Trial(status="not run")
    return {
        "elements": state.elements,
        "program": attempt.code,
        "result": trial.to_text(),
    }
