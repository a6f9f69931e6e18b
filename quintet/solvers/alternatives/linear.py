"""Weighted sums over whole families of variables, added to a model without a loop over terms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from quintet.formulation.model import Floats, Model
from quintet.formulation.tree import (
    Call,
    Comprehension,
    Generator,
    Node,
    Number,
    ParameterRef,
    Product,
    SetRef,
    Sum,
    VariableRef,
)
from quintet.solvers.rewriting.extension import Extension, references


def weighted(model: Model, weights: Mapping[str, Floats], stem: str) -> tuple[Model, Node]:
    """The model with the weights as parameters, and the tree of the sum of weight times variable.

    Args:
        model: A model.
        weights: Per variable family, one weight a row.
        stem: What the names of the additions have in common.
    """
    parts: list[Node] = []
    for name, values in weights.items():
        if len(values) and np.any(values):
            model, parameter, generators = indexed(model, name, values, stem)
            variable = VariableRef(name, parameter.subscripts)
            parts.append(summed(Product((parameter, variable)), generators))
    return model, total(parts)


def indexed(
    model: Model, name: str, values: Floats, stem: str
) -> tuple[Model, ParameterRef, tuple[Generator, ...]]:
    """The model with one number a row of a variable family, the reference to it, and what ranges over it."""
    extension, family = Extension(model), model.variables[name].family
    parameter = extension.name(stem)
    extension.parameter(parameter, family, values.astype(np.float64))
    subscripts = references(family.names)
    if not family.arity:
        return extension.model(model.constraints), ParameterRef(parameter, subscripts), ()
    keys = extension.name(f"{stem}_keys")
    extension.set(keys, family)
    generators = (Generator(family.names, SetRef(keys)),)
    return extension.model(model.constraints), ParameterRef(parameter, subscripts), generators


def summed(body: Node, generators: tuple[Generator, ...]) -> Node:
    """The sum over the generators; the body itself without any."""
    return Call("sum", (Comprehension(body, generators),)) if generators else body


def total(parts: list[Node]) -> Node:
    """The sum of some terms, 0 of none."""
    if not parts:
        return Number(0)
    return parts[0] if len(parts) == 1 else Sum(tuple(parts))
