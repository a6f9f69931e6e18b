"""The names a document may give, and that no name stands for two things.

Sets, parameters, variables and expressions share one namespace. Tables have their own, because a
table is only ever named in `table:` (so a table `demand` may feed a parameter `demand`), and so
have constraints. Index names are held against the shared namespace where they are resolved.
"""

from __future__ import annotations

import keyword
import re

from quintet.errors import DocumentError
from quintet.formulation.functions import FUNCTIONS
from quintet.formulation.schema import Document

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
SHARED = ("sets", "parameters", "variables", "expressions")
OWN = ("tables", "constraints")
LENGTH_LIMIT = 100


def check_names(document: Document, place: str = "") -> None:
    """Check every declared name of a document.

    Raises:
        DocumentError: A name that no expression could use, or that is given twice.
    """
    homes: dict[str, str] = {}
    for section in SHARED:
        for name in getattr(document, section):
            where = _path(place, f"{section}.{name}")
            check_name(name, where)
            if name in homes:
                raise DocumentError(
                    f"the name {name!r} is taken by {homes[name]}.{name}",
                    place=where,
                    remedy="rename one of the two",
                )
            homes[name] = section
    for section in OWN:
        for name in getattr(document, section):
            _check_word(name, _path(place, f"{section}.{name}"))


def check_name(name: str, place: str) -> None:
    """Check one name that expressions use.

    Raises:
        DocumentError: It is no identifier, a word of Python, or a function of the language.
    """
    _check_word(name, place)
    if name in FUNCTIONS:
        raise DocumentError(
            f"{name!r} is a function of the language", place=place, remedy=f"rename it, as {name}_"
        )


def _check_word(name: str, place: str) -> None:
    if not IDENTIFIER.fullmatch(name):
        raise DocumentError(
            f"{name[:60]!r} can't be a name: names are letters, digits and _, and don't begin with a digit",
            place=place[:LENGTH_LIMIT],
            remedy=f"write {_proposal(name)}",
        )
    if keyword.iskeyword(name):
        raise DocumentError(
            f"{name!r} is a word of the language", place=place, remedy=f"rename it, as {name}_"
        )
    if len(name) > LENGTH_LIMIT:
        raise DocumentError(
            f"a name of {len(name)} characters", place=place[:LENGTH_LIMIT], remedy=f"keep to {LENGTH_LIMIT}"
        )


def _proposal(name: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", name[:LENGTH_LIMIT])
    proposal = "_".join(words) or "a word"
    return f"_{proposal}" if proposal[0].isdigit() else proposal


def _path(place: str, path: str) -> str:
    return ", ".join(part for part in (place, path) if part)
