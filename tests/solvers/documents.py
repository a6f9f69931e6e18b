"""Random formulations over a small integer box, and their optima by trying every point of it.

The oracle evaluates the document without its soft constraints' softness and with its objectives as
named expressions; deviations, penalties, weights and levels are worked out here by hand, so that
nothing of `softening`, `ranking` and `levels` is shared.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from hypothesis import strategies as st

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluation import Evaluation
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Model, Point

Document: TypeAlias = dict[str, Any]
Text: TypeAlias = st.SearchStrategy[str]

SETS = {"I": "1..2"}
PARAMETERS = {"cap": {"index": ["I"], "values": [1, 3]}, "half": 0.5, "edge": 2}
VARIABLES = {
    "x": {"index": ["I"], "domain": "integer", "lower": 0, "upper": 2},
    "n": {"domain": "integer", "lower": -2, "upper": 3},
    "a": {"domain": "binary"},
    "b": {"domain": "binary"},
}
BOX = (range(3), range(3), range(-2, 4), range(2), range(2))
EXPRESSIONS = {"load": {"index": "i in I", "expression": "2 * x[i] - cap[i] * a"}}
INDICES = {"i": ["i in I", "i in I if cap[i] > edge", "i in I if i + cap[i] <= 2 or half > 1"]}
NUMBERS = ["-2", "-1", "-0.5", "1", "1.5", "3", "half", "cap[2]"]
DATA = ["-1", "0", "1", "2", "3", "half", "edge", "cap[1] + half"]
SIGNS = ["<", "<=", "<=", ">=", ">=", ">", "=="]
NEAR = 1e-6


# decisions and data


def atoms(inside: bool) -> Text:
    plain = ["x[1]", "x[2]", "n", "a", "b", "load[1]", "load[2]"]
    own = ["x[i]", "load[i]", "(x[i] if cap[i] > edge else n)"]
    return st.sampled_from(plain + own * 3 if inside else plain)


def amounts(inside: bool) -> Text:
    """A number with decisions."""
    atom = atoms(inside)
    index = "j" if inside else "i"
    return st.one_of(
        atom,
        atom,
        st.sampled_from(
            [
                f"sum(x[{index}] for {index} in I)",
                f"sum(cap[{index}] * x[{index}] for {index} in I if cap[{index}] > edge)",
                f"sum((x[{index}] if {index} > 1 else -a) for {index} in I)",
                f"max(load[{index}] for {index} in I)",
                "(n if half > 1 else x[2] - b)",
                "n * a",
            ]
        ),
        st.builds("max({}, {})".format, atom, atom),
        st.builds("min({}, {})".format, atom, st.sampled_from(DATA)),
        st.builds("abs({} - {})".format, atom, st.sampled_from(DATA)),
        st.builds("holds({})".format, comparisons(inside, simple=True)),
    )


def sums(inside: bool) -> Text:
    number, amount = st.sampled_from(NUMBERS), amounts(inside)
    return st.one_of(
        amount,
        st.builds("{} + {}".format, amount, amount),
        st.builds("{} * {} + {} * {}".format, number, amount, number, amount),
        st.builds("{} * {} - {} + {} * {}".format, number, amount, atoms(inside), number, amount),
    )


def comparisons(inside: bool, simple: bool = False, unequal: bool = True) -> Text:
    left = atoms(inside) if simple else sums(inside)
    data = st.sampled_from([*DATA, "cap[i]"] if inside else DATA)
    sign = st.sampled_from([*SIGNS, "!="] if unequal else SIGNS)
    right = st.one_of(data, atoms(inside))
    return st.one_of(
        st.builds("{} {} {}".format, left, sign, right),
        st.builds("{} {} {}".format, left, sign, right),
        st.builds(
            "{} {} {} {} {}".format, data, st.sampled_from(["<", "<="]), left, st.just("<="), atoms(inside)
        ),
        st.builds("{} > {} >= {}".format, data, left, data),
    )


def conditions(inside: bool, depth: int = 1) -> Text:
    if depth < 0:
        truths = ["a", "b", "not a", "cap[i] > edge" if inside else "half > 1"]
        return st.one_of(comparisons(inside, simple=True), st.sampled_from(truths))
    part = conditions(inside, depth - 1)
    count = st.sampled_from(["0", "1", "2", "edge", "cap[1]"])
    index = "j" if inside else "i"
    over = f"load[{index}] >= {index} or b for {index} in I if cap[{index}] > half"
    return st.one_of(
        st.builds("implies({}, {})".format, part, part),
        st.builds("iff({}, {})".format, part, part),
        st.builds("either({}, {}, {})".format, part, part, part),
        st.builds("({} and {} or not ({}))".format, part, part, part),
        st.builds("at_least({}, {}, {}, {})".format, count, part, part, part),
        st.builds("at_most({}, ({}))".format, count, st.just(over)),
        st.builds("exactly({}, {}, {})".format, count, part, part),
        st.builds("either({}, holds({}) + holds({}) >= 1)".format, part, part, part),
        st.builds("either({}, all_different({}, n, {}))".format, part, atoms(inside), atoms(inside)),
        st.just("all_different(x[1], x[2] + 1, n)"),
    )


@st.composite
def choices(draw: st.DrawFn) -> str:
    """Data choose between two comparisons."""
    sign, sides = draw(st.sampled_from(SIGNS)), [draw(sums(True)) for _ in range(2)]
    right = [draw(st.sampled_from([*DATA, "cap[i]"])) for _ in range(2)]
    return f"({sides[0]} {sign} {right[0]}) if cap[i] > edge else ({sides[1]} {sign} {right[1]})"


# entries


@st.composite
def constraints(draw: st.DrawFn) -> Document:
    rows = draw(st.sampled_from([None, None, *INDICES["i"]]))
    inside = rows is not None
    soft = draw(st.booleans())
    compared = comparisons(inside, unequal=not soft)
    logical = draw(st.sampled_from([False, True, False]))
    entry: Document = {"expression": draw(conditions(inside) if logical else compared)}
    if inside:
        entry["for"] = rows
        if not logical and draw(st.integers(0, 3)) == 0:
            entry["expression"] = draw(choices())
    if soft:
        entry["soft"] = draw(softness(inside, logical))
    return entry


@st.composite
def softness(draw: st.DrawFn, inside: bool, logical: bool) -> Document:
    prices = [0.5, 1, 2, 10, "half * cap[2]", *(["cap[i]", "edge - half * i"] if inside else [])]
    soft: Document = {"penalty": draw(st.sampled_from(prices)), "priority": draw(st.integers(1, 3))}
    if not logical and draw(st.booleans()):
        soft["limit"] = draw(st.sampled_from([0.5, 1, "edge", *(["cap[i]"] if inside else [])]))
    return soft


@st.composite
def goals(draw: st.DrawFn) -> Any:
    """One objective, several levels, weights, or none."""
    expressions, senses = sums(False), st.sampled_from(["minimize", "maximize"])
    kind = draw(st.sampled_from(["one", "satisfy", "levels", "levels", "weights", "both"]))
    if kind == "satisfy":
        return {"sense": "satisfy"}
    count = 1 if kind == "one" else draw(st.integers(2, 3))
    entries: list[Document] = [
        {"sense": draw(senses), "expression": f"{draw(expressions)} + {draw(atoms(False))}"}
        for _ in range(count)
    ]
    for number, entry in enumerate(entries, 1):
        if kind in ("levels", "both"):
            entry["priority"] = number if kind == "levels" else draw(st.integers(1, 2))
        if kind == "levels":
            entry.update(draw(st.sampled_from([{}, {}, {"abs_tol": 1}, {"rel_tol": 0.5}])))
        if kind in ("weights", "both"):
            entry["weight"] = draw(st.sampled_from([0.5, 1, 2, -1]))
    return entries if kind != "one" else entries[0]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    rows = draw(st.lists(constraints(), min_size=1, max_size=3))
    return {
        "sets": SETS,
        "parameters": PARAMETERS,
        "variables": VARIABLES,
        "expressions": EXPRESSIONS,
        "objective": draw(goals()),
        "constraints": {f"c{number}": entry for number, entry in enumerate(rows, 1)},
    }


# the oracle


@dataclass(frozen=True)
class Level:
    """One level of the objective: `sign` is -1 to maximise."""

    sign: float
    abs_tol: float = 0.0
    rel_tol: float = 0.0

    def allowed(self, best: float) -> float:
        return max(self.abs_tol, self.rel_tol * abs(best))


class Oracle:
    """Tries every point of the box.

    Args:
        document: The document, as `documents` makes it.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._objectives: list[Document] = self._listed()
        self._model = bind(Formulation.model_validate(self._plain()))
        self._evaluator = Evaluator(self._model)
        self.levels = {priority: self._level(priority) for priority in sorted(self._priorities())}
        self.feasible = self._feasible()

    def _listed(self) -> list[Document]:
        given = self._document["objective"]
        entries = given if isinstance(given, list) else [given]
        return [entry for entry in entries if entry["sense"] != "satisfy"]

    def _soft(self) -> dict[str, Document]:
        entries = self._document["constraints"].items()
        return {name: entry for name, entry in entries if "soft" in entry}

    def _plain(self) -> Document:
        """The document without softness, its objectives, penalties and limits as named expressions."""
        named: Document = {f"goal_{n}": o["expression"] for n, o in enumerate(self._objectives)}
        for name, entry in self._soft().items():
            index = {"index": entry["for"]} if "for" in entry else {}
            for part in ("penalty", "limit"):
                if part in entry["soft"]:
                    named[f"{part}_{name}"] = {**index, "expression": str(entry["soft"][part])}
        rows = self._document["constraints"].items()
        hard = {name: {k: v for k, v in entry.items() if k != "soft"} for name, entry in rows}
        return {
            **self._document,
            "expressions": {**EXPRESSIONS, **named},
            "objective": {"sense": "satisfy"},
            "constraints": hard,
        }

    def _priorities(self) -> set[int]:
        paid = {entry["soft"].get("priority", 1) for entry in self._soft().values()}
        return {objective.get("priority", 1) for objective in self._objectives} | paid

    def _level(self, priority: int) -> Level:
        own = self._of(priority)
        if not own:
            return Level(1.0)
        first = own[0][1]
        return Level(
            -1.0 if first["sense"] == "maximize" else 1.0,
            first.get("abs_tol", 0.0),
            first.get("rel_tol", 0.0),
        )

    def _of(self, priority: int) -> list[tuple[int, Document]]:
        return [(n, o) for n, o in enumerate(self._objectives) if o.get("priority", 1) == priority]

    def _feasible(self) -> list[tuple[float, ...]]:
        """The levels' values, to be minimised, at every feasible point."""
        found = (self.values(np.array(values, dtype=np.float64)) for values in itertools.product(*BOX))
        return [vector for vector in found if vector is not None]

    def values(self, flat: np.ndarray) -> tuple[float, ...] | None:
        """The levels' values, to be minimised, with the least deviations; None if it is infeasible."""
        found = self._evaluator.at(self._model.point(flat))
        soft = self._soft()
        if not all(bool(np.all(c.satisfied())) for name, c in found.constraints.items() if name not in soft):
            return None
        prices = {name: self._price(found, name) for name in soft}
        if None in prices.values():
            return None
        return tuple(self._value(found, priority, prices) for priority in self.levels)

    def _price(self, found: Evaluation, name: str) -> float | None:
        rows = found.constraints[name]
        limit = found.expressions.get(f"limit_{name}", np.full(len(rows.family), np.inf))
        if np.any(rows.violation > limit[:, None] + NEAR):
            return None
        return float(np.sum(found.expressions[f"penalty_{name}"] * np.sum(rows.violation, axis=1)))

    def _value(self, found: Evaluation, priority: int, prices: dict[str, float | None]) -> float:
        soft = self._soft()
        total = sum(
            price or 0.0
            for name, price in prices.items()
            if soft[name]["soft"].get("priority", 1) == priority
        )
        for number, objective in self._of(priority):
            sign = -1.0 if objective["sense"] == "maximize" else 1.0
            total += sign * objective.get("weight", 1.0) * float(found.expressions[f"goal_{number}"][0])
        return total

    def flat(self, point: Point) -> np.ndarray:
        """The box's own part of a solver's point."""
        return np.concatenate([np.asarray(point[name], dtype=np.float64) for name in VARIABLES])

    def missed(self, vector: tuple[float, ...]) -> str:
        """The first level at which a point is not among the best, "" if at none."""
        best = self.feasible
        for number, level in enumerate(self.levels.values()):
            least = min(values[number] for values in best)
            last = number + 1 == len(self.levels)
            room = 0.0 if last else level.allowed(least)
            if vector[number] > least + room + NEAR:
                return f"level {number + 1}: {vector[number]:g}, and {least:g} (+{room:g}) can be reached"
            best = [values for values in best if values[number] <= least + room + NEAR]
        return ""


def model(document: Document) -> Model:
    return bind(Formulation.model_validate(document))
