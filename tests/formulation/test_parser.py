"""The parser against Python's own, the printer against the parser, and everything it refuses."""

from __future__ import annotations

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.errors import ExpressionError
from quintet.formulation.cursor import DEPTH_LIMIT
from quintet.formulation.parser import parse, parse_index, parse_members
from quintet.formulation.printer import index_text, to_text
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Generator,
    Integral,
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

names = st.sampled_from(["a", "b", "cost", "x_1"])
leaves = st.one_of(
    st.builds(Number, st.integers(0, 99) | st.floats(0, 1e6, allow_nan=False)),
    st.builds(Name, names),
    st.builds(Text, st.text("abc 'é", max_size=4).filter(lambda t: not ("'" in t and '"' in t))),
    st.builds(Subscript, names, st.tuples(st.builds(Name, names), st.builds(Text, st.just("top")))),
)


def _flat(kind: type, items: list[Node]) -> list[Node]:
    """What the parser gives for `a + (b + c)`: the bracket is kept, so nothing is flattened."""
    return items


def _branches(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    generator = st.builds(
        Generator,
        st.sampled_from([("i",), ("i", "j")]),
        st.builds(Name, st.just("S")),
        st.lists(inner, max_size=1).map(tuple),
    )
    each = st.builds(Comprehension, inner, st.lists(generator, min_size=1, max_size=2).map(tuple))
    sums = several.filter(lambda terms: not isinstance(terms[0], Sum))
    products = several.filter(lambda factors: not isinstance(factors[0], Product))
    return st.one_of(
        st.builds(Sum, sums),
        st.builds(Product, products),
        st.builds(Quotient, inner, inner),
        st.builds(Integral, st.sampled_from(["//", "%"]), inner, inner),
        st.builds(Power, inner, inner),
        st.builds(Negate, inner),
        st.builds(Not, inner),
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(Compare, several.filter(lambda t: len(t) == 2), st.tuples(st.sampled_from(["<=", "!="]))),
        st.builds(Member, inner, st.builds(Name, st.just("S")), st.booleans()),
        st.builds(Conditional, inner, inner, inner),
        st.builds(TupleOf, several),
        st.builds(Call, st.just("min"), several),
        st.builds(Call, st.just("sum"), st.tuples(each)),
        st.builds(Call, st.just("at_most"), st.tuples(inner, each)),
    )


trees = st.recursive(leaves, _branches, max_leaves=12)


@given(trees)
def test_what_is_printed_parses_to_the_same_tree(tree: Node) -> None:
    assert parse(to_text(tree)) == tree


digits = st.integers(1, 9).map(str)
arithmetic = st.recursive(
    digits,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" + ", "-", "*", "/", " // ", "%"]), inner).map("".join),
        inner.map(lambda t: f"({t})"),
        inner.map(lambda t: f"-{t}"),
        digits.flatmap(lambda d: inner.map(lambda t: f"({t})**{d}")),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} < {t[2]} else {t[0]})"),
    ),
    max_leaves=8,
)


def _python(text: str) -> object:
    return _value(ast.parse(text, mode="eval").body)


def _value(node: ast.AST) -> object:
    """Python's own tree of the same text, evaluated by its own rules: the second route."""
    try:
        return eval(compile(ast.Expression(node), "test", "eval"), {"__builtins__": {}})  # type: ignore[arg-type]
    except (ZeroDivisionError, OverflowError, TypeError):
        return None


def _ours(node: Node) -> object:
    from quintet.errors import QuintetError
    from quintet.formulation.scalar import compile_scalar

    try:
        return compile_scalar(node, None)({})  # type: ignore[arg-type]  # literals ask nothing of it
    except QuintetError:
        return None


@given(arithmetic)
def test_arithmetic_means_what_python_means(text: str) -> None:
    expected = _python(text)
    if expected is None or isinstance(expected, complex) or abs(expected) > 1e15:  # type: ignore[arg-type,operator]
        return
    assert math.isclose(_ours(parse(text)), expected, rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]


def _refusal(text: str) -> ExpressionError | None:
    try:
        parse(text)
    except ExpressionError as error:
        return error
    return None


@given(trees, st.text("()[]+-*/<>=!,.^&|~'\"$ \n09aéif", max_size=6), st.integers(0, 200))
def test_damaged_text_is_read_or_refused_with_a_column(tree: Node, damage: str, at: int) -> None:
    text = to_text(tree)
    at = min(at, len(text))
    error = _refusal(text[:at] + damage + text[at:])
    assert error is None or ("\n" not in str(error) and error.column >= 1)


def test_a_sum_of_5000_terms_is_one_node() -> None:
    node = parse(" + ".join(f"x[{i}]" for i in range(5000)))
    assert isinstance(node, Sum)
    assert len(node.terms) == 5000
    assert parse(to_text(node)) == node


def test_index_forms() -> None:
    two = parse_index("(l, d) in Can for w in Week if w > 1")
    assert [g.targets for g in two] == [("l", "d"), ("w",)]
    assert index_text(two) == "(l, d) in Can for w in Week if w > 1"
    assert parse_index(["Line", "d in Drink"])[0] == Generator((), Name("Line"))
    assert parse_index("Line") == parse_index(["Line"])
    assert isinstance(parse_members("(l, d) for l in Line for d in Drink if l != d"), Comprehension)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("x[i", "']'"),
        ("__import__('os')", "not a function"),
        ("a.b", "attributes"),
        ("x.__class__", "attributes"),
        ("lambda x: x", "'lambda'"),
        ("[x for x in S]", "'for'"),
        ("(x for x in S)", "'for'"),
        ("x for x in S", "'for'"),
        ("{x for x in S}", "'{'"),
        ("a ^ 2", "write **"),
        ("a & b", "write 'and'"),
        ("a | b", "write 'or'"),
        ("~a", "write 'not'"),
        ("sum(x)", "needs 'for'"),
        ("a = b", "write =="),
        ("x <", "missing before the end"),
        ("1_000", "without _"),
        ("007", "starts with 0"),
        ("3x", "write *"),
        ("a if b", "without 'else'"),
        ("open('f')", "not a function"),
        ("'a", "close the quotation mark"),
        ("'a\\'b'", "close the quotation mark"),
        ("", "missing before the end"),
        ("sum(x for (i, i) in A)", "repeat"),
        ("sum + 1", "is a function"),
        ("x ≤ 3", "write <="),
        ("a; b", "one expression"),
        ("yield x", "'yield'"),
        ("None", "'None'"),
        ("abs(x, y)", "takes 1"),
        ("min()", "takes 1 or more"),
        ("abs(x for x in S)", "takes no 'for'"),
        ("at_most(1, (x[i] for i in I), y)", "beside its 'for'"),
        ("max(y, (x[i] for i in I))", "beside its 'for'"),
        ("f(x=1)", "not a function"),
        ("max(x, k=1)", "no keyword"),
        ("x := 1", "':'"),
        ("a not b", "'not'"),
        ("a b", "operator missing"),
    ],
)
def test_refused_with_a_remedy(text: str, part: str) -> None:
    with pytest.raises(ExpressionError, match="constraints.c") as caught:
        parse(text, "constraints.c")
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "-" * 5_000 + "1",
        "not " * 5_000 + "1",
        "/".join("a" * 5_000),
        "**".join("a" * 5_000),
        " if a else ".join("b" * 5_000),
        "min(" * 5_000 + "1" + ")" * 5_000,
        "x[" * 5_000 + "1" + "]" * 5_000,
        "x" * 10_000_000,
        "sum(" * 200 + "x" + " for i in I)" * 200,
    ],
    ids=["brackets", "minus", "not", "division", "power", "else", "calls", "subscripts", "10 MB", "sums"],
)
def test_hostile_sizes_are_refused_at_once(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_nesting_up_to_the_limit_works() -> None:
    depth = DEPTH_LIMIT - 1
    assert parse("(" * depth + "1" + ")" * depth) == Number(1)
