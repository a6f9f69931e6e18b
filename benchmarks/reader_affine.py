"""Affine forms of the reader's expressions: a second, tiny reading of the language for the benchmark."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np


def affine(expression: str, document: dict[str, Any], variable: str, elements: list[str]) -> np.ndarray:
    """Coefficients of the variable's elements, then the constant."""
    tree = ast.parse(expression, mode="eval").body
    return _Affine(document, variable, elements).of(tree, {})


class _Affine:
    def __init__(self, document: dict[str, Any], variable: str, elements: list[str]) -> None:
        self.parameters = document["parameters"]
        self.variable = variable
        self.elements = elements
        self.size = len(elements) + 1

    def of(self, node: ast.expr, scope: dict[str, str]) -> np.ndarray:
        if isinstance(node, ast.BinOp):
            return self._operation(node, scope)
        if isinstance(node, ast.Call):
            return self._sum(node, scope)
        if isinstance(node, ast.Subscript):
            return self._element(node, scope)
        if isinstance(node, ast.Constant):
            return self._constant(float(node.value))  # type: ignore[arg-type]  # numbers only reach here
        assert isinstance(node, ast.Name), ast.dump(node)
        return self._constant(float(self.parameters[node.id]["values"]))

    def _constant(self, value: float) -> np.ndarray:
        vector = np.zeros(self.size)
        vector[-1] = value
        return vector

    def _operation(self, node: ast.BinOp, scope: dict[str, str]) -> np.ndarray:
        left, right = self.of(node.left, scope), self.of(node.right, scope)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        assert isinstance(node.op, ast.Mult)
        assert not left[:-1].any() or not right[:-1].any(), "not linear"
        return left * right[-1] if not right[:-1].any() else right * left[-1]

    def _sum(self, node: ast.Call, scope: dict[str, str]) -> np.ndarray:
        generator = node.args[0]
        assert isinstance(generator, ast.GeneratorExp)
        name = generator.generators[0].target
        assert isinstance(name, ast.Name)
        parts = [self.of(generator.elt, {**scope, name.id: element}) for element in self.elements]
        return np.sum(parts, axis=0)

    def _element(self, node: ast.Subscript, scope: dict[str, str]) -> np.ndarray:
        assert isinstance(node.value, ast.Name)
        key = scope[node.slice.id] if isinstance(node.slice, ast.Name) else node.slice.value  # type: ignore[attr-defined]
        if node.value.id == self.variable:
            vector = np.zeros(self.size)
            vector[self.elements.index(key)] = 1.0
            return vector
        return self._constant(float(self.parameters[node.value.id]["values"][key]))
