"""pydantic's validation errors → one `DocumentError` that names the place, the value and the remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from quintet.errors import DocumentError
from quintet.formulation.schema import (
    Assumption,
    ConstraintEntry,
    Document,
    ExpressionEntry,
    ObjectiveEntry,
    ParameterEntry,
    PlacedError,
    Record,
    Scenario,
    SetEntry,
    Soft,
    Table,
    VariableEntry,
    shown,
)

Path = tuple[int | str, ...]

SECTIONS: dict[str, type[Record]] = {
    "tables": Table,
    "sets": SetEntry,
    "parameters": ParameterEntry,
    "variables": VariableEntry,
    "expressions": ExpressionEntry,
    "constraints": ConstraintEntry,
    "assumptions": Assumption,
    "scenarios": Scenario,
}
QUOTE = "put texts that hold commas or brackets in quotes (\"max(a, b)\"), and a space after ':'"
TYPES = {
    "string_type": ("a text", "put it in quotes"),
    "list_type": ("a list", "write [a, b]"),
    "dict_type": ("a map of names", "write a line 'name: …' for each"),
    "invalid_key": ("a key that a formulation knows", "begin with a letter"),
    "string_unicode": ("a text in Unicode", "save the document as UTF-8"),
}


def document_error(error: ValidationError, data: Any, place: str = "") -> DocumentError:
    """What is wrong with `data`, in one line: the first problem, and how many there are.

    Args:
        error: pydantic's error.
        data: What was validated.
        place: Name of the document.
    """
    problems = error.errors(include_url=False)
    # A misspelt key makes its right spelling missing: the misspelling is the better message.
    first = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    path = _document_path(first, data)
    message, remedy = _explain(first, path)
    more = f" (first of {len(problems)} problems)" if len(problems) > 1 else ""
    return DocumentError(message + more, place=at(place, path), remedy=remedy)


def dotted(path: Path) -> str:
    """Keys as a person reads them: `objective[2].sense`; places in lists are counted from 1."""
    text = ""
    for key in path:
        text += f"[{key + 1}]" if isinstance(key, int) else f".{_key(key)}"
    return text.removeprefix(".")


def at(place: str, path: Path) -> str:
    """A place inside a named document: `plan.yaml, constraints.balance.for`."""
    return ", ".join(part for part in (place, dotted(path)) if part)


def _key(key: str) -> str:
    key = key if len(key) <= 40 else f"{key[:40]}…"
    return key if re.fullmatch(r"[\w-]+", key) else repr(key)


def _document_path(problem: ErrorDetails, data: Any) -> Path:
    """The location without what is no key of the document (branches of unions, long forms)."""
    path: list[int | str] = []
    last = len(problem["loc"]) - 1
    for number, key in enumerate(problem["loc"]):
        if number == last and problem["type"] == "missing":
            break
        inside, found = _step(data, key)
        if inside:
            path.append(str(key) if isinstance(data, Mapping) else key)
            data = found
    cause = problem.get("ctx", {}).get("error")
    return (*path, *cause.path) if isinstance(cause, PlacedError) else tuple(path)


def _step(data: Any, key: int | str) -> tuple[bool, Any]:
    if isinstance(data, Mapping):
        names = {str(name): name for name in data}
        return (True, data[names[str(key)]]) if str(key) in names else (False, data)
    if isinstance(data, Sequence) and not isinstance(data, str) and isinstance(key, int):
        return True, data[key]
    return False, data


def _explain(problem: ErrorDetails, path: Path) -> tuple[str, str]:
    """Message and remedy."""
    kind, value = problem["type"], problem["input"]
    if kind == "value_error":
        return _own_words(problem)
    if kind == "extra_forbidden":
        return _unknown_key(path, value)
    if kind == "missing":
        name = str(problem["loc"][-1])
        return f"the key {name!r} is missing", f"add {name}: …"
    if value is None:
        return "has no value", QUOTE
    if kind in ("model_type", "model_attributes_type"):
        keys = ", ".join(_allowed(path))
        return f"{shown(value)} can't stand here", f"write a map with keys out of: {keys}"
    if kind in ("enum", "literal_error"):
        return _choice(problem)
    wanted, remedy = TYPES.get(kind, ("", ""))
    if wanted:
        return f"{shown(value)} is not {wanted}", remedy
    return f"{shown(value)}: {problem['msg'][:1].lower()}{problem['msg'][1:]}", "correct it"


def _own_words(problem: ErrorDetails) -> tuple[str, str]:
    """The schema's validators write message and remedy in one text."""
    text = str(problem.get("ctx", {}).get("error") or problem["msg"])
    message, _, remedy = text.partition("; ")
    return message, remedy


def _unknown_key(path: Path, value: Any) -> tuple[str, str]:
    name = str(path[-1]) if path else ""
    if value is None:
        return f"the key {shown(name)} is unknown and has no value", QUOTE
    allowed = _allowed(path[:-1])
    close = difflib.get_close_matches(name.lower(), allowed, n=1)
    remedy = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(allowed)}"
    return f"unknown key {shown(name)}", remedy


def _choice(problem: ErrorDetails) -> tuple[str, str]:
    expected = re.findall(r"'([^']*)'", str(problem.get("ctx", {}).get("expected", "")))
    value = problem["input"]
    close = difflib.get_close_matches(str(value).lower(), expected, n=1, cutoff=0.5)
    remedy = f"did you mean {close[0]!r}?" if close else f"write one of: {', '.join(expected)}"
    return f"{shown(value)} is none of {', '.join(expected)}", remedy


def _allowed(path: Path) -> list[str]:
    """The keys of the record at `path`, as the document spells them."""
    record = _record(path)
    return [field.alias or name for name, field in record.model_fields.items()] if record else []


def _record(path: Path) -> type[Record] | None:
    if not path:
        return Document
    if path[-1] == "soft":
        return Soft
    if path[0] == "objective":
        return ObjectiveEntry
    return SECTIONS.get(str(path[0])) if len(path) == 2 else None
