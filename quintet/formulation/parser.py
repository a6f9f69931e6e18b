"""Text → expression tree.

A Pratt parser over our own tokens. Python's own `ast` dies on long sums (recursion at 3,000
terms) and reports places in its own terms; here sums and products are n-ary nodes built in a
loop, and nesting is bounded, so that every later walk over the tree is safe from deep recursion.
Whatever it accepts as arithmetic means what it means in Python (a test compares the two).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from quintet.errors import ExpressionError
from quintet.formulation.cursor import DEPTH_LIMIT, Cursor
from quintet.formulation.functions import FUNCTIONS, KEYWORDS
from quintet.formulation.tokens import Token
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Generator,
    Integral,
    ListOf,
    Member,
    Name,
    Negate,
    Node,
    Not,
    Number,
    Or,
    Power,
    Product,
    Quotient,
    Subscript,
    Sum,
    Text,
    TupleOf,
)

COMPARISONS = ("<", "<=", "==", "!=", ">=", ">")


def parse(text: str, place: str = "") -> Node:
    """Read one expression.

    Args:
        text: The expression.
        place: Path of keys in the document, for messages.

    Raises:
        ExpressionError: It can't be read; the message has the column and the remedy.
    """
    parser = _Parser(text, place)
    node = parser.expression()
    parser.finish()
    return node


def parse_index(index: str | Sequence[str], place: str = "") -> tuple[Generator, ...]:
    """Read the `index:` of a family or the `for:` of a constraint.

    A list item that is only the name of a set gives a generator without targets; they are named
    when the set's arity is known.

    Raises:
        ExpressionError: It can't be read.
    """
    if isinstance(index, str):
        return _Parser(index, place).index()
    return tuple(_item(text, f"{place}[{number}]") for number, text in enumerate(index, 1))


def _item(text: str, place: str) -> Generator:
    first, *more = _Parser(text, place).index()
    if more:
        raise ExpressionError(
            f"{text!r} holds more than one index", place=place, remedy="one per item, or one text for all"
        )
    return first


class _Parser(Cursor):
    # from weak to strong

    def expression(self) -> Node:
        """`a if c else b`, weaker than all else."""
        return self._deeper(self._conditional)

    def _conditional(self) -> Node:
        then = self._or()
        mark = self._accept("if")
        if not mark:
            return then
        condition = self._or()
        if not self._accept("else"):
            raise self._error("'if' without 'else'", at=mark.at, remedy="write 'a if condition else b'")
        return Conditional(then, condition, self.expression(), at=mark.at)

    def _or(self) -> Node:
        return self._series(self._and, "or", Or)

    def _and(self) -> Node:
        return self._series(self._not, "and", And)

    def _series(self, part: Callable[[], Node], word: str, build: Callable[..., Node]) -> Node:
        at, items = self._token.at, [part()]
        while self._accept(word):
            items.append(part())
        return items[0] if len(items) == 1 else build(tuple(items), at=at)

    def _not(self) -> Node:
        mark = self._accept("not")
        return Not(self._deeper(self._not), at=mark.at) if mark else self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        if self._token.is_("in", "not"):
            return self._membership(left)
        operands, operators, at = [left], [], self._token.at
        while operator := self._accept(*COMPARISONS):
            operators.append(operator.text)
            operands.append(self._sum())
        return Compare(tuple(operands), tuple(operators), at=at) if operators else left

    def _membership(self, item: Node) -> Node:
        at, negated = self._token.at, bool(self._accept("not"))
        if not self._accept("in"):
            raise self._error(f"{self._shown()} after 'not'", remedy="write 'not in'")
        return Member(item, self._sum(), negated, at=at)

    def _sum(self) -> Node:
        at, terms = self._token.at, [self._product()]
        while operator := self._accept("+", "-"):
            term = self._product()
            terms.append(Negate(term, at=operator.at) if operator.text == "-" else term)
        return terms[0] if len(terms) == 1 else Sum(tuple(terms), at=at)

    def _product(self) -> Node:
        factors, divisions, at = [self._unary()], 0, self._token.at
        while operator := self._accept("*", "/", "//", "%"):
            right = self._unary()
            if operator.text == "*":
                factors.append(right)
                continue
            divisions = self._count(divisions)
            left = _product(factors, at)
            factors = [self._divide(operator, left, right)]
        return _product(factors, at)

    def _count(self, divisions: int) -> int:
        if self._depth + divisions >= DEPTH_LIMIT:
            raise self._error(
                f"more than {divisions} divisions in a row", remedy="put brackets around the divisor"
            )
        return divisions + 1

    @staticmethod
    def _divide(operator: Token, left: Node, right: Node) -> Node:
        if operator.text == "/":
            return Quotient(left, right, at=operator.at)
        return Integral(operator.text, left, right, at=operator.at)

    def _unary(self) -> Node:
        sign = self._accept("-", "+")
        if not sign:
            return self._power()
        operand = self._deeper(self._unary)
        return Negate(operand, at=sign.at) if sign.text == "-" else operand

    def _power(self) -> Node:
        base = self._atom()
        mark = self._accept("**")
        return Power(base, self._deeper(self._unary), at=mark.at) if mark else base

    # atoms

    def _atom(self) -> Node:
        token = self._advance()
        if token.kind == "number":
            return Number(_number(token.text), at=token.at)
        if token.kind == "text":
            return Text(token.text[1:-1], at=token.at)
        if token.kind == "name":
            return self._named(token)
        if token.is_("("):
            return self._group(token)
        if token.is_("["):
            return self._list(token)
        self._next -= 1
        raise self._error(f"a number or a name is missing before {self._shown()}")

    def _named(self, token: Token) -> Node:
        if opened := self._accept("("):
            return self._call(token, opened)
        if token.text in FUNCTIONS:
            raise self._error(
                f"{token.text!r} is a function",
                at=token.at,
                remedy=f"write {token.text}(…), or choose another name",
            )
        if opened := self._accept("["):
            return Subscript(token.text, self._items("]", opened), at=token.at)
        return Name(token.text, at=token.at)

    def _items(self, close: str, opened: Token) -> tuple[Node, ...]:
        items = [self.expression()]
        while self._accept(","):
            items.append(self.expression())
        if self._token.is_("for"):
            raise self._error("'for' can't stand in brackets", remedy="use sum(… for … in …)")
        self._expect(close, opened)
        return tuple(items)

    def _list(self, opened: Token) -> Node:
        return ListOf(self._items("]", opened), at=opened.at)

    def _group(self, opened: Token) -> Node:
        first = self.expression()
        if self._token.is_("for"):
            raise self._error("'for' stands outside sum, prod, min and max", remedy="write sum(… for … in …)")
        if not self._token.is_(","):
            self._expect(")", opened)
            return first
        self._advance()
        return TupleOf((first, *self._items(")", opened)), at=opened.at)

    # calls

    def _call(self, token: Token, opened: Token) -> Node:
        if token.text not in FUNCTIONS:
            raise self._error(
                f"{token.text!r} is not a function of the language",
                at=token.at,
                remedy="parameters and variables are indexed with brackets"
                if token.text.isidentifier()
                else "",
            )
        arguments: list[Node] = []
        keywords: list[tuple[str, Node]] = []
        while not self._token.is_(")"):
            self._argument(token, arguments, keywords)
            if not self._accept(","):
                break
        self._expect(")", opened)
        self._check(token, arguments)
        return Call(token.text, tuple(arguments), tuple(keywords), at=token.at)

    def _argument(self, token: Token, arguments: list[Node], keywords: list[tuple[str, Node]]) -> None:
        following = self._tokens[self._next + 1] if self._token.kind == "name" else self._token
        if self._token.kind == "name" and following.is_("="):
            keywords.append((self._keyword(token), self.expression()))
        else:
            arguments.append(self._each(token))

    def _keyword(self, token: Token) -> str:
        name = self._advance()
        self._advance()
        allowed = KEYWORDS.get(token.text, ())
        if name.text not in allowed:
            raise self._error(
                f"{token.text} has no keyword {name.text!r}",
                at=name.at,
                remedy=f"it has {', '.join(allowed)}" if allowed else "write == to compare",
            )
        return name.text

    def _each(self, token: Token) -> Node:
        opened = self._token
        body = self._bracketed(opened) or self.expression()
        if not self._token.is_("for"):
            return body
        if not FUNCTIONS[token.text].each:
            raise self._error(f"{token.text} takes no 'for'", remedy="use it inside sum, prod, min or max")
        return Comprehension(body, self._generators(), at=opened.at)

    def _bracketed(self, opened: Token) -> Node | None:
        """`(body for … in …)` in brackets of its own, as in `at_most(3, (… for …))`."""
        if not opened.is_("(") or not self._closes_comprehension():
            return None
        self._advance()
        body = self.expression()
        node = Comprehension(body, self._generators(), at=opened.at)
        self._expect(")", opened)
        return node

    def _closes_comprehension(self) -> bool:
        level, position = 0, self._next
        while position < len(self._tokens):
            token = self._tokens[position]
            level += token.is_("(", "[") - token.is_(")", "]")
            if level == 1 and token.is_("for"):
                return True
            if level == 0:
                return False
            position += 1
        return False

    def _check(self, token: Token, arguments: list[Node]) -> None:
        function, given = FUNCTIONS[token.text], len(arguments)
        each = any(isinstance(argument, Comprehension) for argument in arguments)
        if each and given > function.least:
            raise self._error(
                f"{token.text} has other arguments beside its 'for'",
                at=token.at,
                remedy=f"write one {token.text}(… for …), or list all arguments",
            )
        if given < function.least or (function.most is not None and given > function.most):
            wanted = str(function.least) if function.most == function.least else f"{function.least} or more"
            raise self._error(f"{token.text} takes {wanted} argument(s), not {given}", at=token.at)
        if token.text in ("sum", "prod") and not each:
            raise self._error(
                f"{token.text} needs 'for'",
                at=token.at,
                remedy=f"write {token.text}(… for … in …), or use + and *",
            )

    # generators

    def index(self) -> tuple[Generator, ...]:
        """`l in Line for d in Drink if …`, or the name of a set."""
        self._accept("for")
        first = self._bare() or self._generator()
        generators = (first, *(self._generators() if self._token.is_("for") else ()))
        self.finish()
        return generators

    def members(self) -> Node:
        """`body for … in …`, or an expression of sets."""
        at, body = self._token.at, self.expression()
        node = Comprehension(body, self._generators(), at=at) if self._token.is_("for") else body
        self.finish()
        return node

    def _bare(self) -> Generator | None:
        lone = self._token.kind == "name" and self._tokens[self._next + 1].kind == "end"
        return Generator((), self._atom()) if lone else None

    def _generators(self) -> tuple[Generator, ...]:
        found: list[Generator] = []
        while self._accept("for"):
            found.append(self._generator())
        return tuple(found)

    def _generator(self) -> Generator:
        at = self._token.at
        targets = self._targets()
        if not self._accept("in"):
            raise self._error(
                f"{self._shown()} after the index", remedy="write 'i in Set' or '(i, j) in Set'"
            )
        domain = self._sum()
        conditions: list[Node] = []
        while self._accept("if"):
            conditions.append(self._or())
        return Generator(targets, domain, tuple(conditions), at=at)

    def _targets(self) -> tuple[str, ...]:
        opened = self._accept("(")
        names = [self._target()]
        while self._accept(","):
            names.append(self._target())
        if opened:
            self._expect(")", opened)
        if len(set(names)) < len(names):
            raise self._error(f"index names repeat in ({', '.join(names)})", remedy="give each its own name")
        return tuple(names)

    def _target(self) -> str:
        if self._token.kind != "name":
            raise self._error(f"the name of an index is missing before {self._shown()}")
        name = self._advance()
        if name.text in FUNCTIONS:
            raise self._error(f"{name.text!r} is a function", at=name.at, remedy="choose another index name")
        return name.text


def _number(text: str) -> int | float:
    return int(text) if text.isdigit() and len(text) < 19 else float(text)


def _product(factors: list[Node], at: int) -> Node:
    return factors[0] if len(factors) == 1 else Product(tuple(factors), at=at)


def parse_members(text: str, place: str = "") -> Node:
    """Read the `from:` of a set: `(l, d) for l in Line for d in Drink if …`, or set algebra.

    Raises:
        ExpressionError: It can't be read.
    """
    return _Parser(text, place).members()
