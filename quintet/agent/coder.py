"""The coder: one program a plan, and the program anew when it has to be mended."""

from __future__ import annotations

import asyncio
from typing import Any

from quintet.agent.asking import Update, ask_text, node
from quintet.agent.context import Context
from quintet.agent.program import Attempt, Trial
from quintet.agent.state import State
from quintet.errors import ReplyError
from quintet.llm.fenced import code_block

NO_PROGRAM = "no program"


@node("coder")
async def code(state: State, context: Context) -> Update:
    """A program for every plan, at the same time; without plans, one program."""
    attempts = state.attempts or [Attempt()]
    context.say("coder", f"writing {len(attempts)} program{'s' if len(attempts) > 1 else ''}")
    return {"attempts": list(await asyncio.gather(*(_written(state, context, one) for one in attempts)))}


@node("coder")
async def recode(state: State, context: Context) -> Update:
    """The chosen program anew, from its run and what the critic says."""
    attempts, chosen = list(state.attempts), state.chosen
    context.say("coder", f"rewriting program {chosen + 1}: {_trouble(attempts[chosen])}")
    attempts[chosen] = await _rewritten(state, context, attempts[chosen])
    return {"attempts": attempts}


async def _written(state: State, context: Context, attempt: Attempt) -> Attempt:
    """The attempt with its first program. A refusal costs this plan alone."""
    try:
        reply = await ask_text(context, "code", **_inputs(state, attempt))
    except ReplyError as unusable:
        return attempt.model_copy(update={"trial": Trial(status=NO_PROGRAM, detail=str(unusable))})
    return _with_program(attempt, reply.text)


async def _rewritten(state: State, context: Context, attempt: Attempt) -> Attempt:
    trial = attempt.trial or Trial(status=NO_PROGRAM)
    revision = attempt.revision + 1
    try:
        reply = await ask_text(
            context,
            "repair_code",
            sample=revision,
            program=attempt.code,
            result=trial.to_text(),
            feedback=attempt.feedback,
            **_inputs(state, attempt),
        )
    except ReplyError as unusable:
        return attempt.model_copy(
            update={"revision": revision, "trial": Trial(status=NO_PROGRAM, detail=str(unusable))}
        )
    return _with_program(attempt.model_copy(update={"revision": revision}), reply.text)


def _with_program(attempt: Attempt, text: str) -> Attempt:
    program = code_block(text)
    missing = Trial(status=NO_PROGRAM, detail="the reply holds no Python block")
    return attempt.model_copy(update={"code": program or "", "trial": None if program else missing})


def _inputs(state: State, attempt: Attempt) -> dict[str, Any]:
    return {
        "plan": attempt.plan.model_dump() if attempt.plan else None,
        "elements": state.elements,
        "answers": [c.model_dump() for c in state.clarifications],
    }


def _trouble(attempt: Attempt) -> str:
    return (attempt.trial.complaint if attempt.trial else "") or attempt.feedback or "it was judged wrong"
