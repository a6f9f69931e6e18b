"""Infeasible models with all their irreducible subsets, found by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FREE: dict[str, Any] = {"lower": None, "upper": None}
PLUS: dict[str, Any] = {"lower": 0, "upper": None}
BINARY: dict[str, Any] = {"domain": "binary"}


def between(low: float | None, high: float | None, **more: Any) -> dict[str, Any]:
    return {"lower": low, "upper": high, **more}


def whole(low: float | None, high: float | None) -> dict[str, Any]:
    return {"domain": "integer", "lower": low, "upper": high}


@dataclass(frozen=True)
class Clash:
    """An infeasible model.

    Args:
        name: What it is.
        variables: Of the document.
        constraints: Of the document.
        subsets: Each irreducible subset, as places.
        sets: Of the document.
        parameters: Of the document.
        whole: Whether each subset needs integrality (or logic's own binaries: None, not compared).
        solver: A second solver that takes it.
    """

    name: str
    variables: dict[str, Any]
    constraints: dict[str, Any]
    subsets: tuple[frozenset[str], ...]
    sets: dict[str, Any] | None = None
    parameters: dict[str, Any] | None = None
    whole: bool | None = False
    solver: str = "scip"

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "variables": self.variables,
            "objective": {"sense": "satisfy"},
            "constraints": self.constraints,
        }
        if self.sets:
            document["sets"] = self.sets
        if self.parameters:
            document["parameters"] = self.parameters
        return document


def these(*subsets: str) -> tuple[frozenset[str], ...]:
    """Places parted by `;`."""
    return tuple(frozenset(part.strip() for part in subset.split(";")) for subset in subsets)


LINEAR = [
    Clash("two rows", {"x": FREE}, {"a": "x >= 5", "b": "x <= 3"}, these("a; b")),
    Clash("an upper bound", {"x": between(0, 3)}, {"a": "x >= 5"}, these("a; x <= 3")),
    Clash("a lower bound", {"x": PLUS}, {"a": "x <= -1"}, these("a; x >= 0")),
    Clash(
        "a sum",
        {"x": PLUS, "y": PLUS, "z": PLUS},
        {"a": "x + y >= 10", "b": "x <= 4", "c": "y <= 5", "d": "x + z <= 40"},
        these("a; b; c"),
    ),
    Clash(
        "two that share a row",
        {"x": FREE},
        {"a": "x >= 5", "b": "x <= 3", "c": "x <= 2"},
        these("a; b", "a; c"),
    ),
    Clash(
        "two apart",
        {"x": FREE, "y": PLUS},
        {"a": "x >= 5", "b": "x <= 3", "c": "y >= 2", "d": "2 * y <= 3"},
        these("a; b", "c; d"),
    ),
    Clash(
        "three equations",
        {"x": FREE, "y": FREE},
        {"a": "x + y == 10", "b": "x - y == 2", "c": "x == 7"},
        these("a; b; c"),
    ),
    Clash(
        "a cycle",
        {"x": FREE, "y": FREE, "z": FREE},
        {"a": "x - y == 1", "b": "y - z == 1", "c": "z - x == 1", "d": "x + y + z <= 100"},
        these("a; b; c"),
    ),
    Clash(
        "a chain of comparisons",
        {"x": FREE, "y": FREE},
        {"range": "2 <= x + y <= 5", "a": "x >= 4", "b": "y >= 3"},
        these("range; a; b"),
    ),
    Clash(
        "a chain against itself",
        {"x": FREE},
        {"range": "x + 2 <= 5 <= x"},
        these("range"),
    ),
    Clash(
        "data alone",
        {"x": PLUS},
        {"duty": "need <= have", "b": "x <= 3"},
        these("duty"),
        parameters={"need": 5, "have": 3},
    ),
    Clash(
        "one index of many",
        {"make": {"index": ["Drink"], **PLUS}},
        {
            "demand": {"for": "d in Drink", "expression": "make[d] >= need[d]"},
            "room": {"for": "d in Drink", "expression": "make[d] <= cap[d]"},
        },
        these("demand[malt]; room[malt]"),
        sets={"Drink": ["cola", "lemon", "malt"]},
        parameters={
            "need": {"index": ["Drink"], "values": [5, 6, 7]},
            "cap": {"index": ["Drink"], "values": [9, 9, 6]},
        },
    ),
    Clash(
        "a shared line",
        {"make": {"index": ["Drink"], **PLUS}},
        {
            "demand": {"for": "d in Drink", "expression": "make[d] >= need[d]"},
            "line": "sum(make[d] for d in Drink) <= 10",
        },
        these(
            "demand[cola]; demand[lemon]; make[malt] >= 0; line",
            "demand[cola]; demand[lemon]; demand[malt]; line",
        ),
        sets={"Drink": ["cola", "lemon", "malt"]},
        parameters={"need": {"index": ["Drink"], "values": [5, 6, 0.0]}},
    ),
    Clash(
        "stock over time",
        {"make": {"index": ["T"], **between(0, 4)}, "stock": {"index": ["T"], **PLUS}},
        {
            "balance": {
                "for": "t in T",
                "expression": "(stock[t-1] if t > 1 else 0) + make[t] == sold[t] + stock[t]",
            }
        },
        these(
            "balance[1]; balance[2]; balance[3]; make[1] <= 4; make[2] <= 4; make[3] <= 4; stock[3] >= 0",
        ),
        sets={"T": "1..5"},
        parameters={"sold": {"index": ["T"], "values": [3, 4, 6, 0, 0]}},
    ),
    Clash(
        "supply and demand",
        {"ship": {"index": ["S", "D"], **PLUS}},
        {
            "supply": {"for": "s in S", "expression": "sum(ship[s, d] for d in D) <= 10"},
            "demand": {"for": "d in D", "expression": "sum(ship[s, d] for s in S) >= 7"},
        },
        these("supply[a]; supply[b]; demand[x]; demand[y]; demand[z]"),
        sets={"S": ["a", "b"], "D": ["x", "y", "z"]},
    ),
    Clash(
        "large numbers",
        {"x": FREE, "y": FREE},
        {"a": "1000000 * x + y >= 5000000", "b": "1000000 * x + y <= 4999000", "c": "x + y <= 1000000"},
        these("a; b"),
    ),
    Clash("a fixed decision", {"x": between(4, 4)}, {"a": "x >= 5"}, these("a; x <= 4")),
    Clash(
        "a filter",
        {"x": {"index": ["T"], **between(0, 2)}},
        {"rise": {"for": "t in T if t > 1", "expression": "x[t] >= x[t-1] + 1.5"}},
        these(
            "rise[2]; rise[3]; x[1] >= 0; x[3] <= 2",
            "rise[3]; rise[4]; x[2] >= 0; x[4] <= 2",
            "rise[2]; rise[3]; rise[4]; x[1] >= 0; x[4] <= 2",
        ),
        sets={"T": "1..4"},
    ),
]

DISCRETE = [
    Clash("an odd number", {"x": whole(0, 9)}, {"a": "2 * x == 3"}, these("a"), whole=True),
    Clash(
        "parity",
        {"x": whole(0, 3), "y": whole(0, 3)},
        {"a": "2 * x + 4 * y == 7", "b": "x <= 8"},
        these("a"),
        whole=True,
    ),
    Clash(
        "between two whole numbers",
        {"x": whole(None, None)},
        {"a": "3 * x >= 10", "b": "3 * x <= 11"},
        these("a; b"),
        whole=True,
    ),
    Clash(
        "a triangle",
        {"x": BINARY, "y": BINARY, "z": BINARY},
        {"a": "x + y <= 1", "b": "y + z <= 1", "c": "x + z <= 1", "d": "5 * (x + y + z) >= 6"},
        these("a; b; c; d"),
        whole=True,
    ),
    Clash("too few binaries", {"x": BINARY, "y": BINARY}, {"a": "x + y >= 3"}, these("a")),
    Clash(
        "fractions and whole numbers",
        {"x": whole(None, None)},
        {"a": "2 * x >= 1", "b": "5 * x <= 2", "c": "10 * x <= 9"},
        these("a; b", "a; c"),
        whole=None,
    ),
    Clash(
        "pigeons",
        {"sits": {"index": ["P", "H"], **BINARY}},
        {
            "home": {"for": "p in P", "expression": "sum(sits[p, h] for h in H) == 1"},
            "hole": {"for": "h in H", "expression": "sum(sits[p, h] for p in P) <= 1"},
        },
        these("home[1]; home[2]; home[3]; hole[1]; hole[2]"),
        sets={"P": "1..3", "H": "1..2"},
    ),
    Clash(
        "a plant that stays shut",
        {"make": PLUS, "open": BINARY},
        {"link": "make <= 10 * open", "need": "make >= 5", "shut": "open == 0"},
        these("link; need; shut"),
    ),
    Clash(
        "a budget for a cover",
        {"build": {"index": ["S"], **BINARY}},
        {
            "cover": {"for": "t in T", "expression": "sum(build[s] for s in S if s != t) >= 1"},
            "budget": "5 * sum(build[s] for s in S) <= 8",
        },
        these("cover[1]; cover[2]; cover[3]; budget"),
        sets={"S": "1..3", "T": "1..3"},
        whole=True,
    ),
    Clash(
        "a mode with a least amount",
        {"make": {"domain": "semicontinuous", "lower": 10, "upper": 20}},
        {"a": "make >= 1", "b": "make <= 5"},
        these("a; b"),
        whole=True,
    ),
    Clash(
        "lots of eight",
        {"lots": {"index": ["D"], **whole(0, None)}, "sold": {"index": ["D"], **PLUS}},
        {
            "lot": {"for": "d in D", "expression": "sold[d] == 8 * lots[d]"},
            "want": {"for": "d in D", "expression": "need[d] <= sold[d] <= need[d] + 2"},
        },
        these("lot[b]; want[b]"),
        sets={"D": ["a", "b", "c"]},
        parameters={"need": {"index": ["D"], "values": [7, 12, 16]}},
        whole=True,
    ),
]

LOGIC = [
    Clash(
        "an indicator",
        {"on": BINARY, "x": between(0, 10)},
        {"rule": "implies(on, x >= 5)", "a": "on == 1", "b": "x <= 3"},
        these("rule; a; b"),
        whole=None,
    ),
    Clash(
        "too many forced",
        {"run": {"index": ["W"], **BINARY}},
        {
            "calm": "at_most(1, (run[w] == 1 for w in W))",
            "must": {"for": "w in W if w <= 2", "expression": "run[w] == 1"},
        },
        these("calm; must[1]; must[2]"),
        sets={"W": "1..3"},
        whole=None,
    ),
    Clash(
        "a choice with both ways shut",
        {"a": BINARY, "b": BINARY, "c": BINARY},
        {"one": "either(a, b)", "no_a": "not a", "no_b": "not b", "c_too": "iff(b, c)"},
        these("one; no_a; no_b"),
        whole=None,
    ),
    Clash(
        "logic by index",
        {"on": {"index": ["I"], **BINARY}},
        {
            "next": {"for": "i in I if i < 4", "expression": "implies(on[i], on[i+1])"},
            "first": "on[1] == 1",
            "last": "on[3] == 0",
        },
        these("next[1]; next[2]; first; last"),
        sets={"I": "1..4"},
        whole=None,
    ),
    Clash(
        "different",
        {"x": {"index": ["I"], **whole(0, 9)}},
        {
            "differ": "all_different(x[i] for i in I)",
            "small": {"for": "i in I", "expression": "1 <= x[i] <= 2"},
        },
        these("differ; small[1]; small[2]; small[3]"),
        sets={"I": "1..3"},
        whole=None,
    ),
]

CURVED = [
    Clash(
        "a distance",
        {"x": between(-50, 50)},
        {"a": "abs(x - 3) <= 1", "b": "x >= 5"},
        these("a; b"),
        whole=None,
    ),
    Clash(
        "a maximum",
        {"x": between(-50, 50), "y": between(-50, 50)},
        {"a": "max(x, y) <= 4", "b": "y >= 5", "c": "x >= 1"},
        these("a; b"),
        whole=None,
    ),
    Clash(
        "a disc",
        {"x": between(-50, 50), "y": between(-50, 50)},
        {"disc": "x * x + y * y <= 1", "far": "x + y >= 3", "c": "x <= 20"},
        these("disc; far"),
    ),
    Clash(
        "a product",
        {"x": between(0, 2), "y": between(0, 3)},
        {"a": "x * y >= 10"},
        these("a; x <= 2; y <= 3; x >= 0", "a; x <= 2; y <= 3; y >= 0"),
    ),
    Clash(
        "an exponential",
        {"x": between(-10, 10), "y": between(0, 10)},
        {"a": "exp(x) <= 1", "b": "x >= 1", "c": "x + y >= 2"},
        these("a; b"),
    ),
    Clash(
        "a whole square",
        {"n": whole(0, 9)},
        {"a": "n * n >= 5", "b": "n * n <= 8"},
        these("a; b"),
        whole=True,
    ),
]

CASES = [*LINEAR, *DISCRETE, *LOGIC, *CURVED]
