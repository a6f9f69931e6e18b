"""What stands after `--set`, `--fix`, `--drop`, `--add` …, as changes.

--set   NAME[key] = VALUE | NAME[key] += AMOUNT | -= | *= FACTOR | /= | = +10% | *= 110%
--fix   NAME[key] = NUMBER            --drop  NAME or NAME[key]
--add   [NAME] [for i in Set:] expression
--add-element, --remove-element  Set=element or Set=(a, b)
--table NAME=file.csv or NAME=file.xlsx#Sheet
--objective  minimize expression | maximize expression | satisfy
"""

from __future__ import annotations

import math
import re

from quintet.errors import DocumentError
from quintet.formulation.schema import Sense
from quintet.solvers.whatif.changes import (
    AddConstraint,
    AddElement,
    DropConstraint,
    FixDecision,
    ParameterChange,
    RemoveElement,
    ScaleParameter,
    SetObjective,
    SetParameter,
    ShiftParameter,
    UseTable,
)
from quintet.solvers.whatif.keys import Pattern, read_element, read_target

_OPERATOR = re.compile(r"\s*(\+=|-=|\*=|/=|==?)\s*")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = ("nan", "inf", "infinity")
_HEAD = re.compile(r"\s*(?:([A-Za-z_][A-Za-z0-9_]*)\s*)??(?:for\s+(.+))?", re.DOTALL)
_SENSES = {
    **dict.fromkeys(("minimize", "minimise", "min"), Sense.MINIMIZE),
    **dict.fromkeys(("maximize", "maximise", "max"), Sense.MAXIMIZE),
    "satisfy": Sense.SATISFY,
}
SET_FORMS = "write NAME=VALUE, NAME[key]=VALUE, NAME*=FACTOR, NAME+=AMOUNT or NAME=+10%"


def read_set(text: str) -> ParameterChange:
    """A change of a parameter.

    Raises:
        DocumentError: It can't be read, or its value is no finite number.
    """
    place = f"--set {text!r}"
    name, key, sign, value = assigned(text, place, SET_FORMS)
    if value.endswith("%"):
        return _percent(name, key, sign, value, place)
    if sign == "=":
        return SetParameter(parameter=name, key=key, value=_value(value, place))
    amount = number(value, place)
    if sign in ("+=", "-="):
        return ShiftParameter(parameter=name, key=key, amount=amount if sign == "+=" else -amount)
    if sign == "/=" and amount == 0:
        raise DocumentError("it divides by 0", place=place, remedy="give another divisor")
    return ScaleParameter(parameter=name, key=key, factor=amount if sign == "*=" else 1 / amount)


def assigned(text: str, place: str, forms: str) -> tuple[str, Pattern | None, str, str]:
    """`NAME[key] operator value`: (name, key, operator, value).

    Raises:
        DocumentError: A part is missing.
    """
    name, key, rest = read_target(text, place)
    found = _OPERATOR.match(rest)
    value = rest[found.end() :].strip() if found else ""
    if found is None or not value:
        raise DocumentError(f"{text!r} gives no value", place=place, remedy=forms)
    return name, key, "=" if found.group(1) == "==" else found.group(1), value


def _percent(name: str, key: Pattern | None, sign: str, value: str, place: str) -> ParameterChange:
    share = number(value[:-1].strip(), place) / 100
    if sign == "=" and value[0] not in "+-":
        remedy = f"write {share:g} for the value, or +{value} for a change by it"
        raise DocumentError(f"{value} could be a value or a change", place=place, remedy=remedy)
    if sign == "/=" and share == 0:
        raise DocumentError("it divides by 0", place=place, remedy="give another divisor")
    factor = (
        {"=": 1 + share, "+=": 1 + share, "-=": 1 - share, "*=": share}.get(sign)
        if sign != "/="
        else 1 / share
    )
    assert factor is not None
    return ScaleParameter(parameter=name, key=key, factor=factor)


def number(text: str, place: str) -> int | float:
    """A finite number as a command line gives it.

    Raises:
        DocumentError: It is none.
    """
    if not _NUMBER.fullmatch(text):
        plain = text.replace(",", "").replace("_", "").replace(" ", "")
        endless = text.lower().lstrip("+-") in _NOT_FINITE
        said = f"{text} is not a number that a model can use" if endless else f"{text!r} is not a number"
        remedy = f"write {plain}" if plain != text and _NUMBER.fullmatch(plain) else "write digits, as 1250.5"
        raise DocumentError(said, place=place, remedy=remedy)
    value = float(text)
    if not math.isfinite(value):
        raise DocumentError(f"{text} is too large for a number", place=place, remedy="use larger units")
    return int(text) if re.fullmatch(r"[+-]?\d+", text) and len(text) < 16 else value


def _value(text: str, place: str) -> int | float | str:
    """A number, or an element of a symbolic parameter's set."""
    if text.lower().lstrip("+-") in _NOT_FINITE:
        number(text, place)
    if _NUMBER.fullmatch(text):
        if text.startswith("+"):
            said = f"{text} could be the value {text[1:]} or {text[1:]} more"
            raise DocumentError(said, place=place, remedy=f"write ={text[1:]} or +={text[1:]}")
        return number(text, place)
    return read_element(text, place)[0]


def read_fix(text: str) -> FixDecision:
    """A decision held at a value.

    Raises:
        DocumentError: It can't be read, or its value is no finite number.
    """
    place = f"--fix {text!r}"
    forms = "write NAME=NUMBER or NAME[key]=NUMBER; a limit other than = is given with --add"
    name, key, sign, value = assigned(text, place, forms)
    if sign != "=":
        raise DocumentError(f"{sign} fixes nothing", place=place, remedy=forms)
    return FixDecision(decision=name, key=key, value=number(value, place))


def read_drop(text: str) -> DropConstraint:
    """A constraint to leave out.

    Raises:
        DocumentError: It can't be read.
    """
    place = f"--drop {text!r}"
    name, key, rest = read_target(text, place)
    if rest.strip():
        raise DocumentError(
            f"{rest.strip()!r} follows the name", place=place, remedy="write NAME or NAME[key]"
        )
    return DropConstraint(constraint=name, key=key)


def read_add(text: str) -> AddConstraint:
    """A constraint to add.

    Raises:
        DocumentError: It is empty, or what stands before its colon is neither a name nor `for …`.
    """
    place = f"--add {text!r}"
    head, colon, expression = text.partition(":")
    if not colon:
        head, expression = "", text
    found = _HEAD.fullmatch(head.strip())
    if found is None or not expression.strip() or (colon and not head.strip()):
        remedy = "write an expression, or 'for i in Set: expression', or 'name: expression'"
        raise DocumentError("it can't be read", place=place, remedy=remedy)
    each = found.group(2)
    return AddConstraint(
        name=found.group(1), each=each.strip() if each else None, expression=expression.strip()
    )


def read_add_element(text: str) -> AddElement:
    """An element to add to a set."""
    name, element = _membership(text, f"--add-element {text!r}")
    return AddElement(set=name, element=element)


def read_remove_element(text: str) -> RemoveElement:
    """An element to take out of a set."""
    name, element = _membership(text, f"--remove-element {text!r}")
    return RemoveElement(set=name, element=element)


def _membership(text: str, place: str) -> tuple[str, tuple[str, ...]]:
    name, key, sign, value = assigned(text, place, "write Set=element")
    if key is not None or sign != "=":
        raise DocumentError("it can't be read", place=place, remedy="write Set=element")
    return name, read_element(value, place)


def read_table_change(text: str) -> UseTable:
    """Another file for a table."""
    place = f"--table {text!r}"
    name, key, sign, file = assigned(text, place, "write NAME=file.csv")
    if key is not None or sign != "=":
        raise DocumentError("it can't be read", place=place, remedy="write NAME=file.csv")
    path, _, sheet = file.partition("#")
    return UseTable(table=name, file=path.strip(), sheet=sheet.strip() or None)


def read_objective(text: str) -> SetObjective:
    """Another objective.

    Raises:
        DocumentError: It does not begin with a direction, or has no expression.
    """
    place = f"--objective {text!r}"
    word, _, expression = text.strip().partition(" ")
    sense, expression = _SENSES.get(word.lower()), expression.strip() or None
    if sense is None or (expression is None) != (sense is Sense.SATISFY):
        remedy = "write 'minimize expression', 'maximize expression' or 'satisfy'"
        raise DocumentError("it can't be read", place=place, remedy=remedy)
    return SetObjective(sense=sense, expression=expression)
