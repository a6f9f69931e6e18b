"""Templates with random numbers and renamed nouns: the optimum is known by enumeration."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quintet.agent.reader import read
from quintet.agent.reader.reader import draft
from quintet.formulation import bind
from quintet.solvers import solve
from tests.agent.reader.truth import Truth

NOUNS = [
    ("chair", "chairs"),
    ("table", "tables"),
    ("blue lamp", "blue lamps"),
    ("wooden toy", "wooden toys"),
    ("box", "boxes"),
    ("pastry", "pastries"),
    ("knife", "knives"),
    ("gas grill", "gas grills"),
    ("e-bike", "e-bikes"),
]
RESOURCES = [("cutting", "painting"), ("sewing", "packing"), ("milling", "drilling")]
SMALL = st.integers(2, 9)
LARGE = st.integers(20, 120)


@dataclass(frozen=True)
class Mix:
    """Two products and two hours of work each."""

    nouns: tuple[tuple[str, str], tuple[str, str]]
    work: tuple[str, str]
    use: tuple[int, int, int, int]
    stock: tuple[int, int]
    profit: tuple[int, int]

    def text(self) -> str:
        (a, many_a), (b, many_b) = self.nouns
        one, two = self.work
        return (
            f"A factory makes {many_a} and {many_b}. "
            f"Each {a} takes {self.use[0]} hours of {one} and {self.use[1]} hours of {two}. "
            f"Each {b} takes {self.use[2]} hours of {one} and {self.use[3]} hours of {two}. "
            f"There are {self.stock[0]} hours of {one} and {self.stock[1]} hours of {two} available. "
            f"The profit per {a} is ${self.profit[0]} and the profit per {b} is ${self.profit[1]}. "
        )

    def rows(self) -> list[tuple[tuple[float, ...], str, float]]:
        a1, a2, b1, b2 = self.use
        return [((a1, b1), "<=", self.stock[0]), ((a2, b2), "<=", self.stock[1])]


mixes = st.builds(
    Mix,
    nouns=st.lists(st.sampled_from(NOUNS), min_size=2, max_size=2, unique=True).map(tuple),
    work=st.sampled_from(RESOURCES),
    use=st.tuples(SMALL, SMALL, SMALL, SMALL),
    stock=st.tuples(LARGE, LARGE),
    profit=st.tuples(st.integers(10, 99), st.integers(10, 99)),
)
QUESTION = "How many of each should be made to maximize profit?"


def holds(text: str, truth: Truth) -> None:
    found = solve(bind(read(text))).objective
    expected = truth.optimum()
    if expected is None:
        assert found is None
    else:
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(mixes)
@settings(max_examples=25)
def test_two_resources(mix: Mix) -> None:
    holds(mix.text() + QUESTION, Truth("maximize", mix.profit, mix.rows(), top=61))


@given(mixes, st.sampled_from(["at least", "a minimum of", "no fewer than"]), st.integers(2, 6))
@settings(max_examples=15)
def test_with_a_lower_bound(mix: Mix, words: str, bound: int) -> None:
    extra = f"The factory must make {words} {bound} {mix.nouns[1][1]}. "
    rows = [*mix.rows(), ((0, 1), ">=", bound)]
    holds(mix.text() + extra + QUESTION, Truth("maximize", mix.profit, rows, top=61))


@given(mixes, st.sampled_from(["at most", "no more than", "up to", "a maximum of"]), st.integers(2, 9))
@settings(max_examples=15)
def test_with_an_upper_bound(mix: Mix, words: str, bound: int) -> None:
    extra = f"The factory can make {words} {bound} {mix.nouns[0][1]}. "
    rows = [*mix.rows(), ((1, 0), "<=", bound)]
    holds(mix.text() + extra + QUESTION, Truth("maximize", mix.profit, rows, top=61))


@given(mixes, st.sampled_from([("twice", 2), ("3 times", 3), ("four times", 4)]), st.booleans())
@settings(max_examples=15)
def test_with_a_ratio(mix: Mix, factor: tuple[str, int], least: bool) -> None:
    words, times = factor
    sense = "at least" if least else "at most"
    extra = f"The factory must make {sense} {words} as many {mix.nouns[0][1]} as {mix.nouns[1][1]}. "
    rows = [*mix.rows(), ((1, -times), ">=" if least else "<=", 0)]
    holds(mix.text() + extra + QUESTION, Truth("maximize", mix.profit, rows, top=61))


@given(mixes, st.integers(5, 95), st.booleans())
@settings(max_examples=15)
def test_with_a_share(mix: Mix, percent: int, least: bool) -> None:
    sense = "At least" if least else "At most"
    extra = f"{sense} {percent}% of all items must be {mix.nouns[1][1]}. "
    share = percent / 100
    rows = [*mix.rows(), ((-share, 1 - share), ">=" if least else "<=", 0)]
    holds(mix.text() + extra + QUESTION, Truth("maximize", mix.profit, rows, top=61))


@given(mixes, st.permutations(range(5)))
@settings(max_examples=15)
def test_order_of_the_sentences_does_not_matter(mix: Mix, order: list[int]) -> None:
    sentences = mix.text().strip().split(". ")
    first, rest = sentences[0], [sentence.rstrip(".") for sentence in sentences[1:]]
    mixed = [rest[at] for at in order if at < len(rest)]
    text = ". ".join([first, *mixed, QUESTION])
    holds(text, Truth("maximize", mix.profit, mix.rows(), top=61))


@given(mixes, st.sampled_from(NOUNS))
@settings(max_examples=15)
def test_renaming_a_noun_changes_nothing_else(mix: Mix, noun: tuple[str, str]) -> None:
    assume(noun not in mix.nouns)
    renamed = Mix((noun, mix.nouns[1]), mix.work, mix.use, mix.stock, mix.profit)
    before, after = draft(mix.text() + QUESTION), draft(renamed.text() + QUESTION)
    assert list(before["constraints"]) == list(after["constraints"])
    (one,), (other,) = before["sets"].values(), after["sets"].values()
    assert one[1] == other[1]
    old = [list(entry["values"].values()) for entry in before["parameters"].values() if "index" in entry]
    new = [list(entry["values"].values()) for entry in after["parameters"].values() if "index" in entry]
    assert old == new


@given(st.tuples(SMALL, SMALL, SMALL, SMALL), st.tuples(LARGE, LARGE), st.tuples(SMALL, SMALL))
@settings(max_examples=25)
def test_diet(content: tuple[int, int, int, int], need: tuple[int, int], price: tuple[int, int]) -> None:
    a1, a2, b1, b2 = content
    text = (
        f"A keeper feeds hay pellets and corn pellets. One bag of hay pellets contains {a1} units of fiber "
        f"and {a2} units of starch. One bag of corn pellets contains {b1} units of fiber and {b2} units of "
        f"starch. The animals need at least {need[0]} units of fiber and {need[1]} units of starch. A bag of "
        f"hay pellets costs ${price[0]} and a bag of corn pellets costs ${price[1]}. How many bags of each "
        f"should be fed to minimize the cost?"
    )
    rows = [((a1, b1), ">=", need[0]), ((a2, b2), ">=", need[1])]
    holds(text, Truth("minimize", price, rows, top=61))
