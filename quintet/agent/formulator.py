"""The formulator: from words to the five elements, in words (LLMOPT) or as a document to compile."""

from __future__ import annotations

from typing import Any

from quintet.agent.asking import Update, ask_for, ask_text, node
from quintet.agent.context import Context
from quintet.agent.draft import Draft
from quintet.agent.elements import FiveElements
from quintet.agent.state import Note, State
from quintet.errors import ReplyError
from quintet.llm.fenced import code_block
from quintet.prompts.hint import choose


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
    draft = state.draft
    inputs = {
        "hints": choose(context.problem.text),
        "answers": [c.model_dump() for c in state.clarifications],
    }
    if draft is None:
        context.say("formulator", "writing the formulation")
        reply = await ask_text(context, "formulate", **inputs)
        return {"draft": Draft(document=document_in(reply.text))}
    context.say("formulator", f"mending the formulation: {draft.faults[0]}")
    return await _mended(draft, context, inputs)


async def _mended(draft: Draft, context: Context, inputs: dict[str, Any]) -> Update:
    """The draft with its next revision; an unusable reply counts as a try."""
    findings, tried = list(draft.faults), draft.model_copy(update={"revision": draft.revision + 1})
    try:
        reply = await ask_text(
            context,
            "repair_formulation",
            sample=draft.revision,
            document=draft.document,
            findings=findings,
            **inputs,
        )
    except ReplyError as unusable:
        return {"draft": tried, "notes": [Note(role="formulator", message=str(unusable))]}
    return {"draft": tried.model_copy(update={"document": document_in(reply.text), "faults": ()})}


def document_in(text: str) -> str:
    """The document of a reply: its last fenced block, or all from the first brace to the last."""
    found = code_block(text, ("json", "yaml", "yml"))
    if found is not None:
        return found.strip()
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text.strip()
