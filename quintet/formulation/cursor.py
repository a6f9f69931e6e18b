"""The parser's place in the tokens: looking, taking, expecting, and the limit on nesting."""

from __future__ import annotations

from collections.abc import Callable

from quintet.errors import ExpressionError
from quintet.formulation.tokens import Token, tokenize
from quintet.formulation.tree import Node

DEPTH_LIMIT = 40
"""Fifteen calls a level: this keeps every walk over a tree far from Python's recursion limit."""


class Cursor:
    """Where in the tokens a parser stands, and how deep.

    Args:
        text: The expression.
        place: Path of keys in the document, for messages.
    """

    def __init__(self, text: str, place: str) -> None:
        self._place = place
        self._tokens = tokenize(text, place)
        self._next = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _advance(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _accept(self, *texts: str) -> Token | None:
        return self._advance() if self._token.is_(*texts) else None

    def _expect(self, text: str, opened: Token) -> None:
        if not self._accept(text):
            raise self._error(
                f"{opened.text!r} of column {opened.at} is not closed before {self._shown()}",
                remedy=f"write {text!r} or a comma",
            )

    def _shown(self) -> str:
        return repr(self._token.text) if self._token.kind != "end" else "the end"

    def _error(self, message: str, *, remedy: str = "", at: int = 0) -> ExpressionError:
        return ExpressionError(message, column=at or self._token.at, place=self._place, remedy=remedy)

    def finish(self) -> None:
        """Nothing may follow."""
        if self._token.kind == "end":
            return
        if self._token.is_("for"):
            raise self._error("'for' stands outside sum, prod, min and max", remedy="write sum(… for … in …)")
        if self._token.is_("="):
            raise self._error("'=' can't be read", remedy="write == for a constraint")
        raise self._error(f"{self._shown()} was not expected here", remedy="is an operator missing?")

    def _deeper(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise self._error(
                f"the expression nests deeper than {DEPTH_LIMIT} levels",
                remedy="name its parts under 'expressions'",
            )
        node = read()
        self._depth -= 1
        return node
