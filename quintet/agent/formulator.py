"""The formulator: from words to the five elements, in words (LLMOPT) or as a document to compile."""

from __future__ import annotations

import json
import re
from typing import Any

from quintet.agent.asking import Update, ask_for, ask_text, node
from quintet.agent.context import Context
from quintet.agent.draft import Draft
from quintet.agent.elements import FiveElements
from quintet.agent.state import Note, State
from quintet.errors import ReplyError
from quintet.llm.chat import ChatReply
from quintet.llm.fenced import code_block
from quintet.llm.jsontext import NoJSON, objects
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
        document = draft.document if _unchanged(reply.text) else _written(reply.text)
    except ReplyError as unusable:  # counts as a try
        faults = draft.faults or (str(unusable),)
        note = Note(role="formulator", message=str(unusable))
        left = {"faults": faults, "trouble": str(unusable), "repeated": False}
        return {"draft": tried.model_copy(update=left), "notes": [note]}
    changes: dict[str, Any] = {"document": document, "faults": (), "trouble": ""}
    changes["repeated"] = document == draft.document
    if draft.usable:
        changes["before"] = draft.document
    seen = state.reviewed and document == draft.document
    return {"draft": tried.model_copy(update=changes), "reviewed": seen}


async def _asked(draft: Draft, state: State, context: Context) -> ChatReply:
    inputs: dict[str, Any] = {
        "hints": choose(context.problem.text),
        "answers": [c.model_dump() for c in state.clarifications],
    }
    if not draft.document:
        context.say("formulator", "writing the formulation")
        inputs["trouble"] = draft.trouble
        return await ask_text(context, "formulate", sample=draft.revision + 1, **inputs)
    context.say("formulator", f"mending the formulation: {draft.faults[0]}")
    trouble = [f"the last reply could not be used: {draft.trouble}"] if draft.trouble else []
    inputs |= {"document": draft.document, "findings": [*draft.faults, *trouble]}
    return await ask_text(context, "repair_formulation", sample=draft.revision, **inputs)


def _unchanged(text: str) -> bool:
    """Whether a reply says that the document is right as it stands, with or without words about it."""
    return re.match(rf"\W*{SAME}\b", text) is not None and not document_in(text)


def _written(text: str) -> str:
    document = document_in(text)
    if document:
        return document
    began = " ".join(text.split())[:80]
    raise ReplyError(
        f"there is no document in the reply (it begins {began!r})",
        place="formulator",
        remedy="it has to stand in one block that begins with ```json and ends with ```",
    )


def document_in(text: str) -> str:
    """The document of a reply; "" if it holds none.

    Its fenced block, else all from the first brace to the last, else YAML from its first section on. Small
    faults of JSON (trailing commas, single quotes, comments) are mended where nothing is lost by it.
    """
    found = code_block(text, ("json", "yaml", "yml"))
    if found is None:
        found = _bare(text)
    return mended(found.strip())


def _bare(text: str) -> str:
    section = _SECTION.search(text)
    if section is not None:
        return text[section.start() :]
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text[start:] if start >= 0 else ""


_SECTION = re.compile(r"^(?:quintet|title|tables|sets|parameters|variables|objective):", re.MULTILINE)


def mended(document: str) -> str:
    """The document, as JSON where it was meant to be JSON and is nearly."""
    if not document.startswith("{"):
        return document
    try:
        ((value, changed),) = objects(document)
    except (NoJSON, ValueError):  # the compiler says what is wrong with it; ValueError: more than one object
        return document
    return json.dumps(value, ensure_ascii=False, indent=1) if changed else document
