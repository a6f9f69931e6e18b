"""The decider: scores every plan from 1 to 10; the scheduler picks the one to debug (OptimAI)."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, FiniteFloat

from quintet.agent.asking import Update, ask_for, node
from quintet.agent.context import Context
from quintet.agent.lines import Lines
from quintet.agent.program import Attempt
from quintet.agent.scheduler import Arm, choose
from quintet.agent.state import State
from quintet.errors import ReplyError


def _number(value: Any) -> Any:
    """`"7/10"` is 7."""
    return value.removesuffix("/10").strip() if isinstance(value, str) else value


Score: TypeAlias = Annotated[FiniteFloat, BeforeValidator(_number)]


class Scores(BaseModel):
    """What the decider replies: one score a program, in their order; the reasons are written first."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reasons: Lines = ()
    scores: tuple[Score, ...]


@node("decider")
async def decide(state: State, context: Context) -> Update:
    """Score all programs and choose one."""
    attempts, history = state.attempts, state.history
    scored = attempts if len(attempts) == 1 else await _scored(context, attempts, len(history))
    arms = [Arm(attempt.scores, attempt.pulls) for attempt in scored]
    chosen = choose(context.tactics.rule, arms, history)
    context.say("decider", f"program {chosen + 1} is to be debugged")
    pulled = scored[chosen].model_copy(update={"pulls": scored[chosen].pulls + 1})
    return {
        "attempts": [pulled if k == chosen else attempt for k, attempt in enumerate(scored)],
        "chosen": chosen,
        "history": [chosen],
    }


async def _scored(context: Context, attempts: list[Attempt], sample: int) -> list[Attempt]:
    told = [
        {
            "plan": attempt.plan.model_dump() if attempt.plan else None,
            "program": attempt.code,
            "result": attempt.trial.to_text() if attempt.trial else "",
        }
        for attempt in attempts
    ]
    try:
        found = await ask_for(context, "decide", Scores, sample=sample, attempts=told)
    except ReplyError as unusable:
        context.say("decider", f"no scores, the last ones count: {unusable}")
        return attempts
    given = len(found.scores)
    if given != len(attempts):  # whose they are is not known
        context.say("decider", f"{given} scores for {len(attempts)} programs: the last ones count")
        return attempts
    context.say("decider", "scores " + ", ".join(f"{score:g}" for score in found.scores))
    return [
        attempt.model_copy(update={"scores": (*attempt.scores, min(10.0, max(1.0, score)))})
        for attempt, score in zip(attempts, found.scores, strict=True)
    ]
