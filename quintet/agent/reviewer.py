"""The review: the formulation is read back clause by clause; the user edits it or goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from langgraph.types import interrupt

from quintet.agent.asking import Update, node
from quintet.agent.compiler import formulation_of, inspected
from quintet.agent.context import Context
from quintet.agent.draft import Draft
from quintet.agent.state import State
from quintet.errors import QuintetError
from quintet.formulation.document import Formulation
from quintet.formulation.schema import Entry


@node("reviewer")
async def review(state: State, context: Context) -> Update:
    """Show the formulation and wait for the user's word: the document, changed or not."""
    draft = state.document
    shown = _shown(draft, context)
    changed = str(interrupt(shown) or "").strip()
    if not changed or changed == shown["document"].strip():
        return {"reviewed": True}
    edited = inspected(draft.model_copy(update={"document": changed, "edited": True}), context)
    return {"draft": edited, "reviewed": edited.usable}


def _shown(draft: Draft, context: Context) -> dict[str, Any]:
    """What the person sees; an edited document that is no formulation comes back as it was typed."""
    shown = {"kind": "review", "faults": list(draft.faults)}
    try:
        formulation = formulation_of(draft, context)
    except QuintetError:
        return {**shown, "reading": "", "document": draft.document}
    return {**shown, "reading": read_back(formulation), "document": formulation.dump("yaml")}


def read_back(formulation: Formulation) -> str:
    """What became of each clause of the text, and what rests on none."""
    return "\n".join(_lines(formulation))


def _lines(formulation: Formulation) -> Iterator[str]:
    quoted: dict[str, list[str]] = {}
    for what, entry in _entries(formulation):
        for source in entry.sources or ("",):
            quoted.setdefault(source, []).append(what)
    for source, meanings in quoted.items():
        if source and source != "implied":
            yield f"“{' '.join(source.split())}”"
            yield from (f"    {meaning}" for meaning in meanings)
    rest = [*quoted.get("", []), *quoted.get("implied", [])]
    if rest:
        yield "Not from one clause"
        yield from (f"    {meaning}" for meaning in rest)
    yield from (f"assumed: {assumption.text}" for assumption in formulation.assumptions)


def _entries(formulation: Formulation) -> Iterator[tuple[str, Entry]]:
    for number, objective in enumerate(formulation.objectives):
        name = objective.name or ("objective" if not number else f"objective {number + 1}")
        yield f"{name}: {objective.sense.value} {objective.expression or ''}".rstrip(), objective
    for name, entry in formulation.variables.items():
        over = f" for {_over(entry.index)}" if entry.index else ""
        yield f"decision {name}{over}: {entry.domain.value}{_bounds(entry.lower, entry.upper)}", entry
    for name, entry in formulation.constraints.items():
        over = f" for {entry.each}" if entry.each else ""
        yield f"{name}{over}: {entry.expression}", entry
    for name, entry in formulation.parameters.items():
        if entry.values is not None:
            yield f"{name} = {_short(entry.values)} {entry.unit or ''}".rstrip(), entry


def _over(index: str | list[str]) -> str:
    return index if isinstance(index, str) else ", ".join(index)


def _bounds(lower: object, upper: object) -> str:
    ends = [f"from {lower}" if lower is not None else "", f"to {upper}" if upper is not None else ""]
    told = " ".join(end for end in ends if end)
    return f", {told}" if told else ""


def _short(values: object) -> str:
    text = str(values)
    return text if len(text) <= 80 else f"{text[:79]}…"
