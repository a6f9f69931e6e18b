"""The coder: one program a plan, and the program anew when it has to be mended."""

from __future__ import annotations

import ast
import asyncio
import re
from typing import Any

from quintet.agent.asking import Update, ask_text, node
from quintet.agent.context import Context
from quintet.agent.program import Attempt, Trial
from quintet.agent.state import Note, State
from quintet.errors import BudgetSpent, ModelError, ReplyError
from quintet.llm.chat import ChatReply
from quintet.llm.fenced import code_block

NO_PROGRAM = "no program"


@node("coder")
async def code(state: State, context: Context) -> Update:
    """A program for every plan, at the same time; without plans, one program."""
    attempts = state.attempts or [Attempt()]
    context.say("coder", f"writing {len(attempts)} program{'s' if len(attempts) > 1 else ''}")
    again = len(state.history)
    asking = (ask_text(context, "code", sample=again, **_inputs(state, attempt)) for attempt in attempts)
    replies = await asyncio.gather(*asking, return_exceptions=True)
    return _taken(attempts, [_usable(reply) for reply in replies])


@node("coder")
async def recode(state: State, context: Context) -> Update:
    """The chosen program anew, from its run and what the critic says."""
    attempts, chosen = list(state.attempts), state.chosen
    attempt = attempts[chosen]
    context.say("coder", f"rewriting program {chosen + 1}: {_trouble(attempt)}")
    tried = attempt.model_copy(update={"revision": attempt.revision + 1})
    asking = ask_text(
        context,
        "repair_code",
        sample=tried.revision,
        program=attempt.code,
        result=(attempt.trial or Trial(status=NO_PROGRAM)).to_text(),
        feedback=attempt.feedback,
        **_inputs(state, attempt),
    )
    (reply,) = await asyncio.gather(asking, return_exceptions=True)
    taken = _taken([tried], [_usable(reply)])
    return {**taken, "attempts": [*attempts[:chosen], *taken["attempts"], *attempts[chosen + 1 :]]}


def _usable(reply: ChatReply | BaseException) -> str | ModelError:
    """The program of a reply, or why there is none.

    Raises:
        BaseException: What ends the run now, when all other replies are on file already.
    """
    if isinstance(reply, BudgetSpent | ReplyError):
        return reply
    if isinstance(reply, BaseException):
        raise reply
    return program_in(reply.text) or ReplyError(
        "the reply holds no program",
        place="coder",
        remedy="it has to stand in one block that begins with ```python and ends with ```",
    )


def program_in(text: str) -> str | None:
    """The program of a reply: its block, or all from the first statement on, if that is Python."""
    block = code_block(text)
    start = _STATEMENT.search(text)
    if block is not None or start is None:
        return block
    try:
        ast.parse(text[start.start() :])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return text[start.start() :].strip() + "\n"


_STATEMENT = re.compile(r"^(?:import \w|from [\w.]+ import |def \w+\()", re.MULTILINE)


def _taken(attempts: list[Attempt], programs: list[str | ModelError]) -> Update:
    """The attempts with their programs. An unusable reply, or a spent budget, costs its own attempt alone."""
    failed = dict.fromkeys(one for one in programs if isinstance(one, ModelError))
    notes = [Note(role="coder", message=str(one), final=isinstance(one, BudgetSpent)) for one in failed]
    return {"attempts": [_with(*pair) for pair in zip(attempts, programs, strict=True)], "notes": notes}


def _with(attempt: Attempt, program: str | ModelError) -> Attempt:
    """The attempt with its new program; without one, what there was before stays."""
    if isinstance(program, str):
        return attempt.replaced_by(program)
    why = "; ".join(part for part in (program.message, program.remedy) if part)
    why = f"The last reply could not be used: {why}."
    missing = attempt.trial or Trial(status=NO_PROGRAM, detail=str(program))
    return attempt.model_copy(update={"trial": missing, "feedback": why})


def _inputs(state: State, attempt: Attempt) -> dict[str, Any]:
    return {
        "plan": attempt.plan.model_dump() if attempt.plan else None,
        "elements": state.elements,
        "answers": [c.model_dump() for c in state.clarifications],
    }


def _trouble(attempt: Attempt) -> str:
    return (attempt.trial.complaint if attempt.trial else "") or attempt.feedback or "it was judged wrong"
