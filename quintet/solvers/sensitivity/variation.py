"""A model with one number of its data changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from quintet.errors import QuintetError
from quintet.formulation.binding import bind
from quintet.formulation.model import Family, Floats, Model, ParameterData
from quintet.formulation.schema import Document


class Variation:
    """Makes models that differ in one parameter.

    A parameter that stands in constraints, objectives and named expressions only is changed in the
    bound model; one from which sets, bounds or other parameters are computed is bound anew.

    Args:
        model: The model.
        data: Folder of its tables; default: that of the document.
    """

    def __init__(self, model: Model, data: Path | None = None) -> None:
        self.model = model
        self._data = data
        self._texts = "\n".join(_computing(model.formulation))

    @cached_property
    def given(self) -> list[str]:
        """Parameters whose numbers the document or its tables give, in its order."""
        entries = self.model.formulation.parameters
        known = self.model.parameters
        return [
            n for n, e in entries.items() if e.expression is None and n in known and not known[n].symbolic
        ]

    def direct(self, name: str) -> bool:
        """Whether nothing is computed from a parameter while the document is bound."""
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self._texts) is None

    def with_values(self, name: str, values: Floats) -> Model:
        """The model with other numbers for a parameter.

        Args:
            name: The parameter.
            values: One entry a row.

        Raises:
            QuintetError: The document can't be bound with them, or the model is not its document's.
        """
        if self.direct(name):
            changed = replace(self.model.parameters[name], values=values)
            return replace(self.model, parameters={**self.model.parameters, name: changed})
        if not self._is_of_document:
            raise QuintetError("the model was changed after binding, so nothing can be computed anew")
        return bind(self.model.formulation, self._data, {**self._changes, name: self._nested(name, values)})

    @cached_property
    def _changes(self) -> Mapping[str, Any]:
        """The numbers of the model as it is, which may not be those of its document."""
        return {name: self._nested(name, self.model.parameters[name].values) for name in self.given}

    def _nested(self, name: str, values: Floats) -> Any:
        return nested(self.model.parameters[name].family, values)

    @cached_property
    def _is_of_document(self) -> bool:
        again = bind(self.model.formulation, self._data, self._changes)
        return _shape(again) == _shape(self.model)


def _shape(model: Model) -> Any:
    constraints = {name: (c.tree, c.family.keys) for name, c in model.constraints.items()}
    variables = {n: (v.domain, v.lower.tolist(), v.upper.tolist()) for n, v in model.variables.items()}
    return constraints, variables, [(o.tree, o.sense) for o in model.objectives]


def nested(family: Family, values: Floats) -> Any:
    """Numbers as the document writes them: one, or maps nested by index."""
    if not family.arity:
        return float(values[0])
    whole: dict[str, Any] = {}
    for key, value in zip(family.keys, values.tolist(), strict=True):
        inner = whole
        for element in key[:-1]:
            inner = inner.setdefault(str(element), {})
        inner[str(key[-1])] = value
    return whole


def _computing(document: Document) -> Iterator[str]:
    """All texts that are worked out while the document is bound."""
    for one_set in document.sets.values():
        yield from _texts(one_set.computed, one_set.index, one_set.range)
    for parameter in document.parameters.values():
        yield from _texts(parameter.expression, parameter.index)
    for variable in document.variables.values():
        yield from _texts(variable.lower, variable.upper, variable.index)
    for expression in document.expressions.values():
        yield from _texts(expression.index)
    for constraint in document.constraints.values():
        yield from _texts(constraint.each)
        if constraint.soft is not None:
            yield from _texts(constraint.soft.penalty, constraint.soft.limit)


def _texts(*parts: Any) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, list | tuple):
            yield from (text for text in part if isinstance(text, str))


def is_switch(parameter: ParameterData) -> bool:
    """Whether a parameter says yes or no, so that one more makes no sense."""
    distinct = set(parameter.values.tolist())
    return len(parameter.family) > 1 and distinct <= {0.0, 1.0}
