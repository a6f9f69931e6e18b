"""Reading a job's answer, which anyone inside the job could have forged.

Only JSON is read, of bounded size and depth, with finite numbers and the fields expected; whatever does
not fit becomes a status, never an exception. That a claim is well formed says nothing of its truth.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .run import CallResult, CapturedModel, Claim, Source, Status

_LONGEST_LINE = 500
_LONGEST_TRACEBACK = 8_000
_LONGEST_WORD = 100
_DEEPEST = 64
_ENDS = {
    "ok": Status.OK,
    "error": Status.ERROR,
    "memory": Status.MEMORY,
    "no_result": Status.NO_RESULT,
}


class Malformed(ValueError):
    """The answer is not what a job may say; the text names the place."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A job's answer in its checked form."""

    status: Status
    detail: str = ""
    traceback: str = ""
    claim: Claim | None = None
    results: tuple[CallResult, ...] = ()
    model: CapturedModel | None = None


def read_answer(raw: bytes, calls: tuple[str, ...]) -> Answer:
    """Check an answer.

    Args:
        raw: What came out of the result descriptor.
        calls: The names of the calls asked for, in order.
    """
    try:
        return _answer(_parse(raw), calls)
    except Malformed as error:
        return Answer(Status.NO_RESULT, f"the answer can't be used: {error}"[:_LONGEST_LINE])


def _parse(raw: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(raw.decode(), parse_constant=_no_constant, parse_float=_finite_text)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"it is not JSON: {error}") from None
    _require_shallow(document)
    return _mapping(document, "the answer")


def _require_shallow(document: Any) -> None:
    """Refuse what is nested so deeply that those who walk through it would run out of stack."""
    level = [document]
    for _ in range(_DEEPEST):
        level = [part for item in level if isinstance(item, (dict, list)) for part in _parts(item)]
    if level:
        raise Malformed(f"it is nested deeper than {_DEEPEST} levels")


def _parts(item: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return item.values() if isinstance(item, dict) else item


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not a finite number")


def _finite_text(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text:.40} is not a finite number")
    return value


def _answer(document: Mapping[str, Any], calls: tuple[str, ...]) -> Answer:
    status = _ENDS.get(_text(document.get("end"), "end"), Status.NO_RESULT)
    results = tuple(_call_result(entry) for entry in _list(document.get("results"), "results"))
    if status is Status.OK and tuple(result.name for result in results) != calls:
        raise Malformed("it does not hold one result for each call")
    worst = next((result for result in results if result.status is not Status.OK), None)
    if status is Status.OK and worst is not None:
        status = worst.status
    return Answer(
        status,
        _text(document.get("detail"), "detail")[:_LONGEST_LINE]
        or (f"{worst.name}: {worst.detail}" if worst else ""),
        _text(document.get("traceback"), "traceback")[:_LONGEST_TRACEBACK]
        or (worst.traceback if worst else ""),
        _claim(document, results),
        results,
        _model(document.get("model")),
    )


def _call_result(entry: Any) -> CallResult:
    fields = _mapping(entry, "results")
    name = _text(fields.get("name"), "results.name")
    status = _ENDS.get(_text(fields.get("end"), "results.end"), Status.NO_RESULT)
    detail = _text(fields.get("detail"), "results.detail")[:_LONGEST_LINE]
    traceback = _text(fields.get("traceback"), "results.traceback")[:_LONGEST_TRACEBACK]
    if status is not Status.OK:
        return CallResult(name, status, detail, traceback)
    try:
        return _returned(name, fields.get("value"))
    except Malformed as error:
        return CallResult(name, Status.NO_RESULT, str(error)[:_LONGEST_LINE])


def _returned(name: str, value: Any) -> CallResult:
    wanted = "decisions" if name == "solve" else "violations"
    if not isinstance(value, dict):
        raise Malformed(f"{name} returned {_kind(value)}, not a mapping with 'objective' and {wanted!r}")
    if wanted not in value:
        raise Malformed(f"{name} returned no {wanted!r}")
    objective = _number_or_none(value.get("objective"), f"{name}['objective']")
    if name == "solve":
        outcome = _text(value.get("status"), "solve['status']")[:_LONGEST_WORD]
        return CallResult(name, Status.OK, objective=objective, decisions=value["decisions"], outcome=outcome)
    amounts = _mapping(value["violations"], "check['violations']")
    checked = {key: _number(amount, f"check['violations'][{key!r}]") for key, amount in amounts.items()}
    return CallResult(name, Status.OK, objective=objective, violations=checked)


def _claim(document: Mapping[str, Any], results: tuple[CallResult, ...]) -> Claim | None:
    solved = next(
        (result for result in results if result.name == "solve" and result.status is Status.OK), None
    )
    if solved is not None:
        decisions = solved.decisions if isinstance(solved.decisions, dict) else None
        return Claim(solved.objective, decisions, Source.CALL, outcome=solved.outcome)
    if document.get("report") is not None:
        told = _mapping(document["report"], "report")
        values = told.get("variables")
        objective = _number_or_none(told.get("objective"), "report(objective=…)")
        return Claim(objective, values if isinstance(values, dict) else None, Source.REPORT)
    if document.get("solved") is not None:
        return _solver_claim(_mapping(document["solved"], "solved"))
    return None


def _solver_claim(told: Mapping[str, Any]) -> Claim:
    variables = told.get("variables")
    library, name = _text(told.get("library"), "solved.library"), _text(told.get("name"), "solved.name")
    return Claim(
        _number_or_none(told.get("objective"), "solved.objective"),
        variables if isinstance(variables, dict) else None,
        Source.SOLVER_OBJECT,
        f"{library} object {name}"[:200],
        _text(told.get("outcome"), "solved.outcome")[:_LONGEST_WORD],
    )


def _model(told: Any) -> CapturedModel | None:
    if told is None:
        return None
    fields = _mapping(told, "model")
    return CapturedModel(
        **{name: _text(fields.get(name), f"model.{name}") for name in CapturedModel.__slots__}
    )


# Bounds on the text that is searched, so that no pattern takes long whatever a program prints.
_LAST_LINES, _LONGEST_SEARCHED = 200, 300
_NUMBER = r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_WORD = re.compile(
    r"objective|optim|\bobj\b|best|minimum|maximum|\bmin\b|\bmax\b|total|profit|cost|revenue|value",
    re.IGNORECASE,
)
_GIVEN = re.compile(rf"[:=]\s*\$?\s*(?P<number>{_NUMBER})(?![\w.])")
_LONE = re.compile(rf"^\s*\$?(?P<number>{_NUMBER})\s*$")
_STRONG = re.compile(r"objective|optim|\bobj\b", re.IGNORECASE)


def printed_claim(text: str) -> Claim | None:
    """The objective that a program printed: the last line that names one, else the last lone number.

    A line with *objective* or *optimal* goes before one with only *cost*, *profit*, *total* or the like.
    """
    lines = [line for line in text.splitlines()[-_LAST_LINES:] if len(line) <= _LONGEST_SEARCHED]
    named = [(line, match) for line in lines if (match := _named(line)) and _value(match) is not None]
    strong = [pair for pair in named if _STRONG.search(pair[0])]
    lone = [(line, match) for line in lines if (match := _LONE.match(line)) and _value(match) is not None]
    for group in (strong, named, lone):
        if group:
            line, match = group[-1]
            return Claim(_value(match), None, Source.PRINTED, line.strip()[:200])
    return None


def _named(line: str) -> re.Match[str] | None:
    """The first number given after a word for an optimum; two plain searches, so linear in the line."""
    word = _WORD.search(line)
    return _GIVEN.search(line, word.end()) if word else None


def _value(match: re.Match[str]) -> float | None:
    try:
        value = float(match.group("number").replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _kind(value: Any) -> str:
    return "null" if value is None else f"a {type(value).__name__}"


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{place} is {_kind(value)}, not a mapping")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise Malformed(f"{place} is {_kind(value)}, not a list")
    return value or []


def _text(value: Any, place: str) -> str:
    if value is not None and not isinstance(value, str):
        raise Malformed(f"{place} is {_kind(value)}, not text")
    return value or ""


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Malformed(f"{place} is {_kind(value)}, not a number")
    try:
        number = float(value)
    except OverflowError:
        raise Malformed(f"{place} is too large a number") from None
    if not math.isfinite(number):
        raise Malformed(f"{place} is not a finite number")
    return number


def _number_or_none(value: Any, place: str) -> float | None:
    return None if value is None else _number(value, place)
