"""Sums of terms, comparisons and values from the words of an LP file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quintet.errors import DocumentError
from quintet.formulation.schema import shown
from quintet.solvers.reading.draft import INFINITY, Draft
from quintet.solvers.reading.lp_tokens import Token

END = Token("end", "", 0)


@dataclass
class Expression:
    """A sum that is being read.

    Args:
        constant: What stands without a name.
        terms: Name, coefficient and line of each term.
        products: Two names, coefficient and line of each quadratic term.
    """

    constant: float = 0.0
    terms: list[tuple[str, float, int]] = field(default_factory=list)
    products: list[tuple[str, str, float, int]] = field(default_factory=list)


class Words:
    """The words of one section, read from left to right.

    Args:
        tokens: The words.
        draft: What is being read; makes numbers and errors.
        line: Line of the heading.
    """

    def __init__(self, tokens: Sequence[Token], draft: Draft, line: int) -> None:
        self._tokens = tokens
        self._draft = draft
        self._line = line
        self._place = 0

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self._place >= len(self._tokens)

    @property
    def line(self) -> int:
        """Line of the next word, or of the last one."""
        if not self._tokens:
            return self._line
        return self._tokens[min(self._place, len(self._tokens) - 1)].line

    def peek(self, ahead: int = 0) -> Token:
        """A word without taking it; `END` after the last."""
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else END

    def take(self) -> Token:
        """The next word."""
        self._place += 1
        return self._tokens[self._place - 1]

    def wrong(self, message: str, remedy: str = "") -> DocumentError:
        """The error for the next word."""
        said = f"{shown(self.peek().text)} {message}" if not self.done else f"the section ends: it {message}"
        return self._draft.wrong(said, self.line, remedy)

    # small things

    def label(self) -> str | None:
        """`name:` if that comes next."""
        first, second = self.peek(), self.peek(1)
        if second.text != ":" or first.kind not in ("name", "number"):
            return None
        if first.kind == "number":
            raise self.wrong("can't be the name of a row", "begin names with a letter")
        self._place += 2
        return first.text

    def name(self) -> str:
        """The name of a column."""
        if self.peek().kind != "name":
            raise self.wrong("stands where the name of a column is needed", "names begin with a letter")
        return self.take().text

    def sign(self) -> str:
        """A comparison."""
        if self.peek().kind != "sign" or self.peek().text == "->":
            raise self.wrong("stands where <=, >= or = is needed")
        return self.take().text

    def free(self) -> bool:
        """`free`, if that comes next."""
        found = self.peek().kind == "name" and self.peek().text.lower() == "free"
        self._place += found
        return found

    def opens_range(self) -> bool:
        """Whether a value and a comparison come next."""
        at = 0
        while self.peek(at).text in ("+", "-"):
            at += 1
        token = self.peek(at)
        value = token.kind == "number" or (token.kind == "name" and INFINITY.fullmatch(token.text))
        return bool(value) and self.peek(at + 1).kind == "sign"

    def value(self) -> float:
        """A number with its signs, infinity too."""
        negative = self._signs()
        token = self.peek()
        if token.kind != "number" and not (token.kind == "name" and INFINITY.fullmatch(token.text)):
            raise self.wrong("stands where a number is needed", "bring columns to the left side")
        self._place += 1
        value = self._draft.number(token.text, token.line, infinite=True)
        return -value if negative else value

    def refuse_right_side(self, line: int) -> None:
        """Whether a row ends here: not with `<= 3 x`, `<= 3 + x`, nor `= 1 -> …`."""
        token, last = self.peek(), self._tokens[self._place - 1]
        if token.text == "->":
            said = "the row is an indicator constraint, which can't be read here"
            raise self._draft.wrong(said, line, "write it as implies(…) in a formulation")
        joined = token.kind == "name" and token.line == last.line and self.peek(1).text != ":"
        if joined or token.kind in ("mark", "sign"):
            follows_row = token.text in ("+", "-") and token.line != last.line
            if not follows_row and token.text != "[":
                raise self.wrong("follows the right-hand side", "a row ends with one number")

    # sums

    def expression(self) -> Expression:
        """Terms up to a comparison or the end."""
        found = Expression()
        first = True
        while not self.done and self.peek().kind != "sign":
            if self.peek().kind == "wrong" or self.peek().text in (":", "]", "^", "*", "/"):
                raise self.wrong("has no place in a sum")
            signed = self.peek().text in ("+", "-")
            if not signed and not first:
                raise self.wrong("follows a term without + or -")
            self._term(found, -1.0 if self._signs() else 1.0)
            first = False
        return found

    def _signs(self) -> bool:
        negative = False
        while self.peek().text in ("+", "-"):
            negative ^= self.take().text == "-"
        return negative

    def _term(self, found: Expression, factor: float) -> None:
        if self.peek().text == "[":
            self._bracket(found, factor)
            return
        value, given = self._factor(factor)
        if self.peek().kind == "name" and not (given and self._begins_row()):
            token = self.take()
            found.terms.append((token.text, value, token.line))
            if self.peek().text in ("*", "^"):
                raise self.wrong("makes a product outside [ ]", "write products as [ x * y ] / 2")
        elif given:
            found.constant += value
        else:
            raise self.wrong("stands where a term is needed")

    def _begins_row(self) -> bool:
        return self.peek(1).text == ":"

    def _factor(self, factor: float) -> tuple[float, bool]:
        """A coefficient, if there is one, also `3 * x`."""
        if self.peek().kind != "number":
            return factor, False
        token = self.take()
        value = factor * self._draft.number(token.text, token.line)
        if self.peek().text == "*" and self.peek(1).kind == "name":
            self._place += 1
        return value, True

    def _bracket(self, found: Expression, factor: float) -> None:
        """`[ x ^ 2 + 2 x * y ] / 2`; without `/ 2` as it stands."""
        self.take()
        inside: list[tuple[str, str, float, int]] = []
        while not self.done and self.peek().text != "]":
            value, _ = self._factor(-factor if self._signs() else factor)
            inside.append(self._product(value))
        if self.done:
            raise self.wrong("lacks ']'")
        self.take()
        half = self.peek().text == "/"
        if half:
            self.take()
            if self.peek().text != "2":
                raise self.wrong("stands where 2 is needed", "write ] / 2")
            self.take()
        scale = 0.5 if half else 1.0
        found.products += [(one, two, scale * value, line) for one, two, value, line in inside]

    def _product(self, value: float) -> tuple[str, str, float, int]:
        line = self.line
        first = self.name()
        mark = self.peek().text
        if mark == "^" and self.peek(1).text == "2":
            self._place += 2
            return first, first, value, line
        if mark != "*":
            raise self.wrong("stands where ^ 2 or * is needed", "write products as [ x * y ] / 2")
        self.take()
        return first, self.name(), value, line
