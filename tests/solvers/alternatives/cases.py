"""Small random models of whole decisions, and all their plans by trying every point of the box."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import Evaluator
from quintet.formulation.model import Model
from quintet.formulation.revision import with_objectives

Document = dict[str, Any]
Box = list[range]


@dataclass(frozen=True)
class Listed:
    """One feasible plan: its flat point and the values of the objectives."""

    x: tuple[int, ...]
    values: tuple[float, ...]


def formulation(document: Document) -> Formulation:
    return Formulation.model_validate(document)


def random_document(seed: int, *, senses: tuple[str, ...] = ("maximize",)) -> Document:
    """Four binaries and two integers from 0 to 3 under two rows; whole coefficients."""
    random = np.random.default_rng(seed)
    weights = random.integers(1, 8, size=(2, 6)).tolist()
    limits = [int(0.5 * (sum(row[:4]) + 3 * sum(row[4:]))) for row in weights]
    costs = random.integers(-3, 9, size=(len(senses), 6)).tolist()

    def text(row: list[int]) -> str:
        names = ["b[1]", "b[2]", "b[3]", "b[4]", "n[1]", "n[2]"]
        return " + ".join(f"({c}) * {name}" for c, name in zip(row, names, strict=True))

    objectives = [
        {"sense": sense, "name": f"f{n}", "expression": text(row), "priority": n}
        for n, (sense, row) in enumerate(zip(senses, costs, strict=True), 1)
    ]
    return {
        "title": f"Case {seed}",
        "sets": {"I": "1..4", "J": "1..2"},
        "variables": {
            "b": {"index": ["I"], "domain": "binary"},
            "n": {"index": ["J"], "domain": "integer", "lower": 0, "upper": 3},
        },
        "objective": objectives if len(objectives) > 1 else objectives[0],
        "constraints": {
            "first": {"expression": f"{text(weights[0])} <= {limits[0]}", "kind": "physical"},
            "second": {"expression": f"{text(weights[1])} <= {limits[1]}", "kind": "policy"},
            "some": {"expression": "sum(b[i] for i in I) + n[1] >= 1", "kind": "policy"},
        },
    }


BOX: Box = [range(2)] * 4 + [range(4)] * 2


def all_plans(model: Model, box: Box) -> list[Listed]:
    """Every feasible point of the box."""
    evaluator = Evaluator(with_objectives(model, model.objectives))
    found = []
    for x in itertools.product(*box):
        seen = evaluator.at(model.point(np.array(x, dtype=np.float64)))
        if seen.feasible():
            found.append(Listed(x, tuple(seen.objectives.values())))
    return found


def listed(document: Document, box: Box = BOX) -> list[Listed]:
    """Every plan of a document."""
    return all_plans(bind(formulation(document)), box)


def flat(model: Model, point: Any) -> tuple[int, ...]:
    return tuple(round(v) for v in model.flat(point).tolist())
