"""`NAME[key]` in the words of a command line: parsing, printing, and the rows that it names.

A part of a key is an element, bare or in quotes of either kind, or `*`, which stands for every element.
A quote opens only where a part begins, so `[O'Neil]` needs none; within quotes it is written twice.
Elements are compared as text, so `make[A, 3]` finds the whole number 3.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from quintet.errors import DataError, DocumentError
from quintet.formulation.model import Family, Key
from quintet.formulation.wording import subscript

Pattern: TypeAlias = tuple[str | None, ...]
"""One part a component of the key; None stands for every element."""

_NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*")
SHOWN = 6
QUOTES = ("'", '"')


def read_target(text: str, place: str) -> tuple[str, Pattern | None, str]:
    """`NAME`, `NAME[key]` and what follows: (name, key or None, rest).

    Raises:
        DocumentError: There is no name in front, or a bracket or quote is left open.
    """
    found = _NAME.match(text)
    if found is None:
        raise DocumentError(
            f"{text!r} does not begin with a name", place=place, remedy="write NAME or NAME[key]"
        )
    rest = text[found.end() :]
    if not rest.startswith("["):
        return found.group(1), None, rest
    end = _closing(rest, place)
    return found.group(1), read_key(rest[1:end], place), rest[end + 1 :]


def _closing(text: str, place: str) -> int:
    for position, character in _outside(text):
        if character == "]":
            return position
    raise DocumentError(f"{text!r} has no closing ']'", place=place, remedy="write NAME[key]")


def read_key(text: str, place: str) -> Pattern:
    """The parts of a key, as `A, *, 'New York'`.

    Raises:
        DocumentError: A part is empty, or a quote is left open.
    """
    return tuple(_part(part.strip(), place) for part in _split(text))


def read_element(text: str, place: str) -> tuple[str, ...]:
    """An element, or a tuple `(a, b)`.

    Raises:
        DocumentError: It is empty, or holds `*`.
    """
    text = text.strip()
    inside = text[1:-1] if text.startswith("(") and text.endswith(")") else None
    key = read_key(inside, place) if inside is not None else (_part(text, place),)
    if any(part is None for part in key):
        raise DocumentError("'*' is no element", place=place, remedy="name one element")
    return tuple(part for part in key if part is not None)


def _split(text: str) -> Iterable[str]:
    start = 0
    for position, character in _outside(text):
        if character == ",":
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """The characters outside quotes, with their positions."""
    quote, last, opens = "", "", True
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in QUOTES and (opens or text[position - 1] == last == character):
            quote = last = character
            opens = False
        else:
            yield position, character
            last = ""
            opens = character in "[(," or (opens and character.isspace())


def _part(text: str, place: str) -> str | None:
    if text == "*":
        return None
    if text.startswith(QUOTES):
        quote = text[0]
        if len(text) < 2 or not text.endswith(quote) or quote in text[1:-1].replace(quote * 2, ""):
            raise DocumentError(f"{text} is not closed", place=place, remedy="write 'text' with two quotes")
        return text[1:-1].replace(quote * 2, quote)
    if not text:
        raise DocumentError(
            "a part of the key is empty", place=place, remedy="write an element, or * for all"
        )
    return text


def part_text(part: str | None) -> str:
    """One part as `read_key` takes it."""
    return "*" if part is None else subscript(part)


def target_text(name: str, key: Pattern | None) -> str:
    """The inverse of `read_target`."""
    return name if key is None else f"{name}[{', '.join(map(part_text, key))}]"


def rows_of(name: str, key: Pattern | None, family: Family, place: str) -> list[int]:
    """The rows of a family that a pattern names; without a key, all.

    Raises:
        DataError: The key has another length, an element that stands nowhere, or names no row.
    """
    if key is None or key == (None,):
        return _any(name, list(range(len(family))), family, place)
    if len(key) != family.arity:
        raise _length(name, key, family, place)
    for component, part in enumerate(key):
        if part is not None:
            _known(name, part, component, family, place)
    wanted = [(component, part) for component, part in enumerate(key) if part is not None]
    rows = [r for r, k in enumerate(family.keys) if all(str(k[c]) == part for c, part in wanted)]
    return _any(target_text(name, key), rows, family, place)


def _any(what: str, rows: list[int], family: Family, place: str) -> list[int]:
    if rows:
        return rows
    some = "it has no keys" if not len(family) else f"its keys are {_some(family.keys)}"
    raise DataError(f"{what} names nothing", place=place, remedy=some)


def _length(name: str, key: Pattern, family: Family, place: str) -> DataError:
    if not family.arity:
        return DataError(
            f"{name} has no index, but {target_text(name, key)} gives a key",
            place=place,
            remedy=f"write {name}",
        )
    example = target_text(name, tuple(map(str, family.keys[0]))) if len(family) else f"{name}[…]"
    said = f"{target_text(name, key)} gives {len(key)} part(s), but a key of {name} has {family.arity}"
    return DataError(said, place=place, remedy=f"write it as {example}")


def _known(name: str, part: str, component: int, family: Family, place: str) -> None:
    elements = list(dict.fromkeys(str(k[component]) for k in family.keys))
    if part not in elements:
        remedy = close_to(part, elements) or f"there are: {_listed(elements)}"
        where = f" at place {component + 1}" if family.arity > 1 else ""
        raise DataError(f"{part!r} is no key of {name}{where}", place=place, remedy=remedy)


def _some(keys: Sequence[Key]) -> str:
    return _listed([", ".join(map(str, key)) for key in keys])


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")


def close_to(name: str, known: Collection[str]) -> str:
    """`did you mean 'x'?`, or nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    folded = [one for one in known if one.lower() == name.lower()]
    best = folded or close
    return f"did you mean {best[0]!r}?" if best else ""


def _of_element(name: str, families: Mapping[str, Family]) -> str:
    found = (family for family, its in families.items() if its.arity == 1 and (name,) in its.position)
    return next((f"write {target_text(family, (name,))}" for family in found), "")


def require(
    name: str, known: Collection[str], what: str, place: str, families: Mapping[str, Family] | None = None
) -> None:
    """Refuse a name that is not declared.

    Args:
        name: The name.
        known: All names that are.
        what: What it should be.
        place: Of the change.
        families: Of what is known, where an element may have been given for its family, as the names of
            an LP file are.

    Raises:
        DocumentError: With the place of that element, the nearest name, or all of them.
    """
    if name in known:
        return
    remedy = _of_element(name, families or {}) or close_to(name, known)
    remedy = remedy or (f"there are: {_listed(list(known))}" if known else f"there is no {what}")
    raise DocumentError(f"there is no {what} {name!r}", place=place, remedy=remedy)


def nested(values: Mapping[Key, Any]) -> Any:
    """Values by key as a document writes them: one value, or maps nested by element."""
    if list(values) == [()]:
        return values[()]
    whole: dict[str, Any] = {}
    for key, value in values.items():
        inner = whole
        for element in key[:-1]:
            inner = inner.setdefault(str(element), {})
        inner[str(key[-1])] = value
    return whole
