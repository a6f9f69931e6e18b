"""The formulator: from words to the five elements, in words (LLMOPT) or as a document to compile."""

from __future__ import annotations

from typing import Any

from quintet.agent.asking import Update, ask_for, ask_text, node
from quintet.agent.context import Context
from quintet.agent.draft import Draft
from quintet.agent.elements import FiveElements
from quintet.agent.state import Note, State
from quintet.errors import ReplyError
from quintet.llm.chat import ChatReply
from quintet.llm.fenced import code_block
from quintet.prompts.hint import choose

SAME = "SAME"
"""What the formulator replies where nothing has to change; the prompt says so."""


@node("formulator")
async def elements(state: State, context: Context) -> Update:
    """The five elements in words; again, with what is wrong, if they were judged to be wrong."""
    known, judgement = state.elements, state.judgement
    before = None
    if known and judgement and not judgement.elements_correct:
        before = {"elements": known, "analysis": judgement.elements_analysis}
    context.say("formulator", "naming sets, parameters, variables, objective, constraints")
    found = await ask_for(
        context,
        "five_elements",
        FiveElements,
        sample=len(state.history),
        hints=choose(context.problem.text),
        before=before,
    )
    return {"elements": found}


@node("formulator")
async def formulate(state: State, context: Context) -> Update:
    """The document, or the document mended."""
    draft = state.draft or Draft(document="", revision=-1)
    tried = draft.model_copy(update={"revision": draft.revision + 1})
    try:
        reply = await _asked(draft, state, context)
    except ReplyError as unusable:  # counts as a try
        faults = draft.faults or (str(unusable),)
        note = Note(role="formulator", message=str(unusable))
        return {"draft": tried.model_copy(update={"faults": faults}), "notes": [note]}
    document = draft.document if _unchanged(reply.text) else document_in(reply.text)
    seen = state.reviewed and document == draft.document
    return {"draft": tried.model_copy(update={"document": document, "faults": ()}), "reviewed": seen}


async def _asked(draft: Draft, state: State, context: Context) -> ChatReply:
    inputs: dict[str, Any] = {
        "hints": choose(context.problem.text),
        "answers": [c.model_dump() for c in state.clarifications],
    }
    if not draft.document:
        context.say("formulator", "writing the formulation")
        return await ask_text(context, "formulate", sample=draft.revision + 1, **inputs)
    context.say("formulator", f"mending the formulation: {draft.faults[0]}")
    inputs |= {"document": draft.document, "findings": list(draft.faults)}
    return await ask_text(context, "repair_formulation", sample=draft.revision, **inputs)


def _unchanged(text: str) -> bool:
    """Whether a reply says that the document is right as it stands."""
    return text.strip(" \n\t.*`\"'").upper() == SAME


def document_in(text: str) -> str:
    """The document of a reply: its last fenced block, or all from the first brace to the last."""
    found = code_block(text, ("json", "yaml", "yml"))
    if found is not None:
        return found.strip()
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text.strip()
