"""`abs`, `min` and `max` of decision variables as linear constraints.

The value is a variable t. t is not below any argument (of `max`; `abs(x)` is `max(x, -x)`, `min`
is the mirror image). Where the model would gain by a t that is too large, a binary for every
argument chooses one that t may not exceed, with M from the ranges of the arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from quintet.errors import DataError, QuintetError
from quintet.formulation.model import Family, Key, Model
from quintet.formulation.printer import to_text
from quintet.formulation.schema import Domain
from quintet.formulation.tree import (
    Call,
    Comprehension,
    ExpressionRef,
    Generator,
    Negate,
    Node,
    Number,
    ParameterRef,
    Product,
    Sum,
    VariableRef,
    walk,
)
from quintet.problem import Finding, Severity
from quintet.solvers.rewriting.denominators import Bounder
from quintet.solvers.rewriting.extension import Extension, references
from quintet.solvers.rewriting.intervals import Interval, widened
from quintet.solvers.rewriting.occurrences import Need, Occurrence
from quintet.solvers.rows.walker import located, spread

Substitute: TypeAlias = Callable[[Node], Node]

LARGE_M = 1e6
"""From this size on, a constant M is a finding: a solver's tolerance times M is no longer small."""


@dataclass(frozen=True)
class Argument:
    """One argument, once for every row of its generators. `label` starts the names that belong to it."""

    label: str
    body: Node
    generators: tuple[Generator, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """The names its generators bind."""
        return tuple(target for generator in self.generators for target in generator.targets)


@dataclass
class Rival:
    """An argument at one key, in the sense of `max`.

    Args:
        argument: Which argument.
        key: Key of the whole expression.
        own: Values of the argument's own index names.
        range: Its range; of its negative for `min`.
        room: What it may be below t by, while another argument is chosen; 0 if none can be.
        wins: Whether it can be the largest.
    """

    argument: Argument
    key: Key
    own: Key
    range: Interval
    room: float = 0.0
    wins: bool = True


class Extreme:
    """One `abs`, `min` or `max` with all its keys.

    Args:
        occurrence: Where it is used.
        name: Name of the variable that stands for it.
        extension: Where variables and constraints go.
        bounder: Ranges of the arguments.
        model: The model it belongs to, for messages.
    """

    def __init__(
        self, occurrence: Occurrence, name: str, extension: Extension, bounder: Bounder, model: Model
    ) -> None:
        assert isinstance(occurrence.node, Call)
        self._node = occurrence.node
        self._occurrence = occurrence
        self._name = name
        self._extension = extension
        self._bounder = bounder
        self._model = model
        self._least = self._node.function == "min"
        self._arguments = list(_arguments(self._node, name))
        self._stand = VariableRef(name, references(occurrence.names))

    def define(self, substitute: Substitute) -> None:
        """Add the constraints.

        Args:
            substitute: Puts the stand-ins of inner expressions into a tree.

        Raises:
            DataError: M is needed and an argument has no bound; names the variables.
        """
        harmful = Need.OVER if self._least else Need.UNDER
        exact = [key for key, need in self._occurrence.needs.items() if harmful in need]
        rivals = self._rivals(exact)
        for argument in self._arguments:
            body = substitute(argument.body)
            self._beyond(argument, body)
            self._reached(argument, body, [rival for rival in rivals if rival.argument is argument])
        if exact:
            self._one_reached(exact)

    def _family(self, argument: Argument, keys: Sequence[Key]) -> Family:
        return self._extension.family((*self._occurrence.names, *argument.targets), keys)

    def _own(self, argument: Argument, key: Key) -> Iterator[Key]:
        for inner in self._bounder.walker.rows(argument.generators, self._occurrence.indices(key)):
            yield tuple(inner[target] for target in argument.targets)

    def _beyond(self, argument: Argument, body: Node) -> None:
        keys = [key + own for key in self._occurrence.needs for own in self._own(argument, key)]
        sign = ">=" if self._least else "<="
        family = self._family(argument, keys)
        self._extension.constraint(f"{argument.label}_beyond", family, body, sign, self._stand)

    # where t must not be too large

    def _rivals(self, keys: Sequence[Key]) -> list[Rival]:
        found: list[Rival] = []
        for key in keys:
            here = [
                Rival(argument, key, own, self._range(argument, key, own))
                for argument in self._arguments
                for own in self._own(argument, key)
            ]
            _compare(here)
            for rival in here:
                self._check(rival)
            found += here
        return found

    def _range(self, argument: Argument, key: Key, own: Key) -> Interval:
        indices = {**self._occurrence.indices(key), **dict(zip(argument.targets, own, strict=True))}
        try:
            found = widened(self._bounder.finite(argument.body, indices))
        except QuintetError as error:
            raise located(error, self._occurrence.place, key) from None
        return Interval(-found.upper, -found.lower) if self._least else found

    def _reached(self, argument: Argument, body: Node, rivals: Sequence[Rival]) -> None:
        if not rivals:
            return
        every = self._family(argument, [rival.key + rival.own for rival in rivals])
        upper = np.array([float(rival.wins) for rival in rivals])
        chosen, big = f"{argument.label}_chosen", f"{argument.label}_m"
        self._extension.variable(chosen, every, np.zeros(len(rivals)), upper, Domain.BINARY)
        winners = [rival for rival in rivals if rival.wins]
        family = self._family(argument, [rival.key + rival.own for rival in winners])
        self._extension.parameter(big, family, np.array([rival.room for rival in winners]))
        names = references(every.names)
        room: Node = Product((ParameterRef(big, names), Sum((Number(1), Negate(VariableRef(chosen, names))))))
        sign, room = (">=", Negate(room)) if self._least else ("<=", room)
        self._extension.constraint(f"{argument.label}_reached", family, self._stand, sign, Sum((body, room)))

    def _one_reached(self, keys: Sequence[Key]) -> None:
        parts: list[Node] = []
        for argument in self._arguments:
            names = references((*self._occurrence.names, *argument.targets))
            binary = VariableRef(f"{argument.label}_chosen", names)
            every = Call("sum", (Comprehension(binary, argument.generators),))
            parts.append(every if argument.generators else binary)
        family = self._extension.family(self._occurrence.names, keys)
        total = parts[0] if len(parts) == 1 else Sum(tuple(parts))
        self._extension.constraint(f"{self._name}_one", family, total, "==", Number(1))

    def _check(self, rival: Rival) -> None:
        if not math.isfinite(rival.room):
            raise self._unbounded(rival)
        if rival.room > LARGE_M:
            text = f"'{to_text(self._node)}' needs the constant {rival.room:g}"
            message = f"{text}; tighter bounds of its variables make it smaller"
            self._extension.finding(Finding("large-m", Severity.WARNING, self._occurrence.place, message))

    def _unbounded(self, rival: Rival) -> QuintetError:
        names = ", ".join(_without_bounds(self._model, self._node)) or "its variables"
        error = DataError(
            f"'{to_text(self._node)}' is used where it must be exact, and has no finite range",
            remedy=f"give {names} a lower and an upper bound",
        )
        return located(error, self._occurrence.place, rival.key)


def _compare(rivals: Sequence[Rival]) -> None:
    """Find out which rivals of one key can win, and how far each can be behind the others."""
    least = max((rival.range.lower for rival in rivals), default=0.0)
    for rival in rivals:
        rival.wins = rival.range.upper >= least
    winners = [rival for rival in rivals if rival.wins]
    tops = sorted((rival.range.upper for rival in winners), reverse=True)
    for rival in winners:
        others = tops[1:] if rival.range.upper == tops[0] else tops
        rival.room = max(0.0, others[0] - rival.range.lower) if others else 0.0


def _arguments(node: Call, name: str) -> Iterator[Argument]:
    if node.function == "abs":
        yield Argument(f"{name}_1", node.arguments[0])
        yield Argument(f"{name}_2", Negate(node.arguments[0]))
        return
    for number, argument in enumerate(spread(node), 1):
        if isinstance(argument, Comprehension):
            yield Argument(f"{name}_{number}", argument.body, argument.generators)
        else:
            yield Argument(f"{name}_{number}", argument)


def _without_bounds(model: Model, node: Node) -> list[str]:
    """The variables under `node` that lack a bound."""
    found: dict[str, None] = {}
    waiting = [node]
    while waiting:
        for part in walk(waiting.pop()):
            if isinstance(part, ExpressionRef):
                waiting.append(model.expressions[part.name].tree)
            elif isinstance(part, VariableRef):
                variable = model.variables[part.name]
                if not (np.all(np.isfinite(variable.lower)) and np.all(np.isfinite(variable.upper))):
                    found[part.name] = None
    return list(found)
