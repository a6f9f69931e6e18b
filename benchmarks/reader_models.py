"""Optima for the reader's benchmark: of the reader's formulation, and of an item's own declaration.

The formulation is solved by Quintet; the declaration by HiGHS directly, sharing no code with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

INFINITE = float("inf")


@dataclass(frozen=True)
class Optimum:
    """Status and value of a solve; no value unless optimal."""

    status: str
    value: float | None

    def __str__(self) -> str:
        return self.status if self.value is None else f"{self.value:.6g}"


class ReaderAnswer:
    """What the reader makes of a text; raises `ReaderDeclined` where it makes nothing of it."""

    def __init__(self, text: str) -> None:
        from quintet.agent.reader import draft

        self.document = draft(text)

    @property
    def is_integer(self) -> bool:
        """Whether the decisions are counted."""
        return any(entry["domain"] == "integer" for entry in self.document["variables"].values())

    def optimum(self, *, relaxed: bool = False) -> Optimum:
        """The optimum of the formulation, or of its LP relaxation."""
        variables = self.document["variables"]
        if relaxed:
            variables = {name: {**entry, "domain": "continuous"} for name, entry in variables.items()}
        return _solved({**self.document, "variables": variables})


def _solved(document: dict[str, Any]) -> Optimum:
    from quintet.formulation import Formulation, bind
    from quintet.solvers import Outcome, solve

    solution = solve(bind(Formulation.model_validate(document)))
    value = solution.objective if solution.outcome is Outcome.OPTIMAL else None
    return Optimum(solution.outcome.value, value)


def declared_optimum(declaration: dict[str, Any], integer: bool) -> Optimum:
    """The optimum of an NL4OPT declaration; strict comparisons as it writes them (not strict)."""
    order = declaration["order_mapping"]
    n = max(order.values()) + 1
    goal = declaration["obj_declaration"]
    cost = _terms(goal.get("terms") or dict.fromkeys(goal.get("vars", ()), 1), order, n)
    rows = [_declared_row(entry, order, n) for entry in declaration["const_declarations"]]
    maximize = goal["direction"].lower().startswith(("max", "most", "high", "large"))
    return _highs(cost, rows, maximize=maximize, integer=integer)


def _highs(
    cost: np.ndarray, rows: list[tuple[np.ndarray, float, float]], *, maximize: bool, integer: bool
) -> Optimum:
    import highspy

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    columns = np.arange(len(cost), dtype=np.int32)
    for column in columns:
        solver.addVar(0.0, INFINITE)
        solver.changeColCost(int(column), float(cost[column]))
        if integer:
            solver.changeColIntegrality(int(column), highspy.HighsVarType.kInteger)
    for coefficients, low, high in rows:
        solver.addRow(low, high, len(columns), columns, coefficients)
    sense = highspy.ObjSense.kMaximize if maximize else highspy.ObjSense.kMinimize
    solver.changeObjectiveSense(sense)
    solver.run()
    status = solver.modelStatusToString(solver.getModelStatus()).lower()
    if status == "optimal":
        return Optimum(status, solver.getInfo().objective_function_value)
    return Optimum("unbounded" if "unbounded" in status else status, None)


def _declared_row(entry: dict[str, Any], order: dict[str, int], n: int) -> tuple[np.ndarray, float, float]:
    coefficients, right = _declared_side(entry, order, n)
    return (
        (coefficients, -INFINITE, right)
        if entry["operator"] == "LESS_OR_EQUAL"
        else (coefficients, right, INFINITE)
    )


def _declared_side(entry: dict[str, Any], order: dict[str, int], n: int) -> tuple[np.ndarray, float]:
    kind = entry["type"]
    if kind == "linear":
        return _terms(entry["terms"], order, n), _amount(entry["limit"])
    if kind == "sum":
        return np.ones(n), _amount(entry["limit"])
    if kind in ("lowerbound", "upperbound"):
        return _unit(order[entry["var"]], n), _amount(entry["limit"])
    if kind in ("xy", "xby"):
        factor = _amount(entry["param"]) if kind == "xby" else 1.0
        return _unit(order[entry["x_var"]], n) - factor * _unit(order[entry["y_var"]], n), 0.0
    if kind == "ratio":
        return _unit(order[entry["var"]], n) - _amount(entry["limit"]) * np.ones(n), 0.0
    raise ValueError(f"unknown declaration {kind!r}")


def _unit(at: int, n: int) -> np.ndarray:
    vector = np.zeros(n)
    vector[at] = 1.0
    return vector


def _terms(terms: dict[str, Any], order: dict[str, int], n: int) -> np.ndarray:
    vector = np.zeros(n)
    for name, value in terms.items():
        vector[order[name]] += _amount(value)
    return vector


def _amount(told: Any) -> float:
    """A number as the declaration tells it; a bare `third` is a third."""
    from quintet.formulation.numbers import numbers_in

    text = str(told)
    numbers = numbers_in(text) or numbers_in(f"a {text} of")
    if not numbers:
        raise ValueError(f"no number: {told!r}")
    return min(numbers[0].readings) if "%" in text else numbers[0].value
