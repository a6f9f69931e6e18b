"""The clarifier: asks the user what the text leaves open, one question at a time, with a default."""

from __future__ import annotations

from langgraph.types import interrupt

from quintet.agent.asking import Update, ask_for, node
from quintet.agent.context import Context
from quintet.agent.question import Clarification, Question, Questions
from quintet.agent.state import State


@node("clarifier")
async def clarify(state: State, context: Context) -> Update:
    """Find the questions whose answers would change the optimum."""
    context.say("clarifier", "looking for what the text leaves open")
    found = await ask_for(context, "clarify", Questions, most=context.tactics.questions)
    return {"questions": list(found.questions[: context.tactics.questions])}


@node("clarifier")
async def put_question(state: State, context: Context) -> Update:
    """Put the next question to the user; the run waits for the answer, which may come days later.

    The node starts anew when the answer comes, so that nothing may stand before the interrupt.
    """
    known = state.clarifications
    question = state.questions[len(known)]
    answer = interrupt({"kind": "question", **question.model_dump()})
    return {"clarifications": [*known, _answered(question, answer)]}


def _answered(question: Question, answer: object) -> Clarification:
    text = str(answer or "").strip()
    if not text:
        return Clarification(question=question.question, answer=question.default, by="default")
    return Clarification(question=question.question, answer=text, by="person")


def open_questions(state: State) -> int:
    """How many questions are still to be put."""
    return len(state.questions) - len(state.clarifications)
