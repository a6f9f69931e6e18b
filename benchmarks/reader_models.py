"""Optima for the reader's benchmark: of the reader's formulation, and of an item's own declaration."""

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


def reader_optimum(text: str) -> tuple[Optimum, Optimum, bool]:
    """The optimum of the reader's formulation, that of its LP relaxation, and whether it has integers."""
    from quintet.agent.reader import draft

    document = draft(text)
    model = linear_model(document)
    return model.solve(), model.solve(relaxed=True), model.integer


@dataclass
class LinearModel:
    """Rows `a @ x sense b` over nonnegative variables."""

    cost: np.ndarray
    maximize: bool
    rows: list[tuple[np.ndarray, str, float]]
    integer: bool

    def solve(self, relaxed: bool = False) -> Optimum:
        """Solve with HiGHS."""
        import highspy

        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        n = len(self.cost)
        for coefficient in self.cost:
            solver.addVar(0.0, highspy.kHighsInf)
            solver.changeColCost(solver.getNumCol() - 1, float(coefficient))
        if self.integer and not relaxed:
            solver.changeColsIntegrality(n, np.arange(n, dtype=np.int32), np.full(n, highspy.HighsVarType.kInteger))
        for coefficients, sense, right in self.rows:
            low, high = _range(sense, right, coefficients, self.integer and not relaxed)
            solver.addRow(low, high, n, np.arange(n, dtype=np.int32), np.asarray(coefficients, dtype=float))
        sense = highspy.ObjSense.kMaximize if self.maximize else highspy.ObjSense.kMinimize
        solver.changeObjectiveSense(sense)
        solver.run()
        status = solver.modelStatusToString(solver.getModelStatus()).lower()
        if status != "optimal":
            return Optimum("infeasible" if status == "infeasible" else "unbounded" if "unbounded" in status else status, None)
        return Optimum("optimal", solver.getInfo().objective_function_value)


def _range(sense: str, right: float, coefficients: np.ndarray, integer: bool) -> tuple[float, float]:
    integral = integer and all(float(c).is_integer() for c in coefficients) and float(right).is_integer()
    step = 1.0 if integral else 0.0
    return {
        "<=": (-INFINITE, right), ">=": (right, INFINITE), "==": (right, right),
        "<": (-INFINITE, right - step), ">": (right + step, INFINITE),
    }[sense]  # fmt: skip


def linear_model(document: dict[str, Any]) -> LinearModel:
    """The rows of a linear document, by evaluating its expressions at the unit points."""
    from benchmarks.reader_affine import affine

    variable, entry = next(iter(document["variables"].items()))
    elements = document["sets"][entry["index"][0]]
    rows = []
    for constraint in document["constraints"].values():
        left, sense, right = _sides(constraint["expression"])
        a, b = affine(left, document, variable, elements), affine(right, document, variable, elements)
        difference = a - b
        rows.append((difference[:-1], sense, -float(difference[-1])))
    cost = affine(document["objective"]["expression"], document, variable, elements)
    maximize = document["objective"]["sense"] == "maximize"
    return LinearModel(cost[:-1], maximize, rows, entry["domain"] == "integer")


def _sides(expression: str) -> tuple[str, str, str]:
    for sense in ("<=", ">=", "==", "<", ">"):
        if f" {sense} " in expression:
            left, right = expression.split(f" {sense} ")
            return left, sense, right
    raise ValueError(f"no comparison in {expression!r}")


def declared_optimum(declaration: dict[str, Any], integer: bool) -> Optimum:
    """The optimum of an NL4OPT declaration; strict comparisons as the declaration writes them (not strict)."""
    order = declaration["order_mapping"]
    n = max(order.values()) + 1
    goal = declaration["obj_declaration"]
    cost = _terms(goal.get("terms") or dict.fromkeys(goal.get("vars", ()), 1), order, n)
    rows = [_declared_row(entry, order, n) for entry in declaration["const_declarations"]]
    maximize = goal["direction"].lower().startswith(("max", "most", "high", "large"))
    return LinearModel(cost, maximize, rows, integer).solve()


def _declared_row(entry: dict[str, Any], order: dict[str, int], n: int) -> tuple[np.ndarray, str, float]:
    sense = "<=" if entry["operator"] == "LESS_OR_EQUAL" else ">="
    kind = entry["type"]
    if kind == "linear":
        return _terms(entry["terms"], order, n), sense, _amount(entry["limit"])
    if kind == "sum":
        return np.ones(n), sense, _amount(entry["limit"])
    if kind in ("lowerbound", "upperbound"):
        return _unit(order[entry["var"]], n), sense, _amount(entry["limit"])
    if kind in ("xy", "xby"):
        factor = _amount(entry["param"]) if kind == "xby" else 1.0
        return _unit(order[entry["x_var"]], n) - factor * _unit(order[entry["y_var"]], n), sense, 0.0
    if kind == "ratio":
        return _unit(order[entry["var"]], n) - _amount(entry["limit"]) * np.ones(n), sense, 0.0
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
    from quintet.agent.reader.numbers import merge_numbers
    from quintet.agent.reader.words import raw_tokens

    tokens = [token for token in merge_numbers(raw_tokens(f"{told} the")) if token.is_number]
    if not tokens:
        tokens = [token for token in merge_numbers(raw_tokens(f"a {told} of")) if token.is_number]
    if len(tokens) != 1:
        raise ValueError(f"not one number: {told!r}")
    return tokens[0].value
