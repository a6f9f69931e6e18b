"""Index sets, sets, parameters, variables and named expressions as Pyomo components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from quintet.formulation.catalogue import ROOMS, ModelCatalogue
from quintet.formulation.model import Family, Model, SetData, VariableData
from quintet.formulation.schema import Domain
from quintet.formulation.symbols import one_line
from quintet.formulation.tolerances import finite_bound
from quintet.formulation.tree import (
    Comprehension,
    ExpressionRef,
    Generator,
    IndexRef,
    Node,
    Number,
    ParameterRef,
    SetRef,
    TupleOf,
    VariableRef,
    walk,
)
from quintet.solvers.export import python_data
from quintet.solvers.export.python_code import Coder
from quintet.solvers.export.python_names import PythonNames

_DOMAINS = {Domain.INTEGER: "Integers", Domain.BINARY: "Binary"}
_TITLES = {"sets": "Sets", "parameters": "Parameters", "variables": "Decision variables"}


class Families:
    """Writes the components that constraints refer to, each after what it needs.

    Args:
        model: The model.
        catalogue: Its texts, resolved.
        names: Its names in Python.
        coder: Writes its trees.
    """

    def __init__(self, model: Model, catalogue: ModelCatalogue, names: PythonNames, coder: Coder) -> None:
        self.data: dict[str, Any] = {}
        """What the components read from `DATA`; complete after `lines`."""
        self._model = model
        self._catalogue = catalogue
        self._names = names
        self._coder = coder
        self._helpers: dict[tuple[Generator, ...], str] = {}

    def lines(self) -> Iterator[str]:
        """All components, with a heading where the kind changes."""
        room = ""
        for where, name in self._ordered():
            if where != room:
                yield from ("", f"# {_TITLES.get(where, 'Named expressions')}", "")
                room = where
            yield from self._component(where, name)

    # order

    def _ordered(self) -> Iterator[tuple[str, str]]:
        homes = {name: room for room in ROOMS for name in getattr(self._model, room)}
        done: set[str] = set()

        def visit(name: str) -> Iterator[tuple[str, str]]:
            if name in done or name not in homes:
                return
            done.add(name)
            for other in self._needs(homes[name], name):
                yield from visit(other)
            yield homes[name], name

        for name in homes:
            yield from visit(name)

    def _needs(self, room: str, name: str) -> Iterator[str]:
        """Names that the component refers to."""
        kinds = (SetRef, ParameterRef, VariableRef, ExpressionRef)
        for tree in (*self.rows(name), *self._trees(room, name)):
            yield from (part.name for part in walk(tree) if isinstance(part, kinds))

    def _trees(self, room: str, name: str) -> Iterator[Node]:
        if room == "sets":
            yield from self._set_trees(name)
        elif room == "expressions":
            yield self._model.expressions[name].tree
        elif room == "variables":
            yield from (tree for tree in self._bounds(name) if tree is not None)
        else:
            tree = self._formula(name)
            yield from [] if tree is None else [tree]
            home = self._model.formulation.parameters.get(name)
            yield from [SetRef(home.within)] if home is not None and home.within else []

    def _set_trees(self, name: str) -> Iterator[Node]:
        entry = self._model.formulation.sets[name]
        indices = self._catalogue.rows(name)[1]
        if entry.computed is not None:
            yield self._catalogue.members(entry.computed, f"sets.{name}.from", indices)
        if entry.range is not None:
            first, _, last = entry.range.partition("..")
            yield from (self._catalogue.tree(end, f"sets.{name}", indices) for end in (first, last))
        if entry.within is not None:
            yield SetRef(entry.within)

    # indices

    def rows(self, name: str) -> tuple[Generator, ...]:
        """The generators of a declared family; of one that binding added, those of its constraint."""
        for room in ROOMS:
            if name in getattr(self._model.formulation, room):
                return self._catalogue.rows(name)[0]
        family = self._family(name)
        for constraint in self._model.constraints.values():
            if constraint.family is family:
                return self.constraint_rows(constraint.name)
        return ()

    def constraint_rows(self, name: str) -> tuple[Generator, ...]:
        """The generators of a constraint."""
        entry = self._model.formulation.constraints[name]
        return self._catalogue.rows_of(entry.each, f"constraints.{name}.for")[0]

    def _family(self, name: str) -> Family:
        entry = self._model.variables.get(name) or self._model.parameters.get(name)
        return (entry or self._model.expressions[name]).family

    def index(self, name: str, rows: Sequence[Generator]) -> tuple[list[str], list[str]]:
        """Lines that come first, and the index arguments of a component."""
        if all(_is_plain(row) for row in rows):
            return [], [self._coder.domain(row.domain) for row in rows]
        known = self._helpers.get(tuple(rows))
        if known is not None:
            return [], [known]
        attribute = f"{self._names.model}.{self._names.fresh(f'{name}_index')}"
        self._helpers[tuple(rows)] = attribute
        count = sum(len(row.targets) for row in rows)
        return [f"{attribute} = pyo.Set(initialize={self._coder.listed(rows)}, dimen={count})"], [attribute]

    def rule(self, rows: Iterable[Generator]) -> str:
        """The arguments of a rule: `model, l, d`."""
        targets = (self._names.index(target) for row in rows for target in row.targets)
        return ", ".join([self._names.model, *targets])

    # components

    def _component(self, room: str, name: str) -> Iterator[str]:
        entry = getattr(self._model.formulation, room).get(name)
        if entry is not None and entry.sources:
            yield f"# “{one_line('; '.join(entry.sources))}”"
        write = {"sets": self._set, "parameters": self._parameter, "variables": self._variable}
        yield from write.get(room, self._expression)(name)

    def _assign(self, name: str, kind: str, *arguments: str) -> str:
        given = [argument for argument in arguments if argument]
        line = f"{self._names.component(name)} = pyo.{kind}({', '.join(given)})"
        if len(line) <= python_data.WIDTH:
            return line
        lines = "\n".join(f"    {argument}," for argument in given)
        return f"{self._names.component(name)} = pyo.{kind}(\n{lines}\n)"

    def _set(self, name: str) -> Iterator[str]:
        entry, bound = self._model.formulation.sets[name], self._model.sets[name]
        rows = self.rows(name)
        within = f"within={self._names.component(entry.within)}" if entry.within else ""
        dimension = f"dimen={bound.arity}" if bound.arity > 1 or not len(bound.ids) else ""
        if entry.range is not None:
            first, last = (self._coder.data(tree, f"sets.{name}") for tree in self._set_trees(name))
            yield self._assign(name, "RangeSet", first, last)
        elif entry.computed is not None:
            before, index = self.index(name, rows)
            yield from before
            yield self._assign(
                name, "Set", *index, f"initialize={self._members(name, rows)}", within, dimension
            )
        elif isinstance(bound, SetData):
            self.data[name] = python_data.set_data(bound)
            yield self._assign(name, "Set", f"initialize=DATA[{name!r}]", within, dimension)

    def _members(self, name: str, rows: Sequence[Generator]) -> str:
        tree = next(self._set_trees(name))
        if isinstance(tree, Comprehension):
            parts = tree.body.items if isinstance(tree.body, TupleOf) else (tree.body,)
            text = self._coder.listed(tree.generators, self._coder.data(tree.body, f"sets.{name}.from"))
            if not _is_targets(parts, tree.generators):
                text = f"list(dict.fromkeys({text}))"
        else:
            text = self._coder.domain(tree)
            text = text if text.startswith(("[", "list(")) else f"list({text})"
        if not rows:
            return text
        targets = [self._names.index(target) for row in rows for target in row.targets]
        key = targets[0] if len(targets) == 1 else f"({', '.join(targets)})"
        return f"{{{key}: {text} {self._coder.loops(rows)}}}"

    def _parameter(self, name: str) -> Iterator[str]:
        data, rows, tree = self._model.parameters[name], self.rows(name), self._formula(name)
        before, index = self.index(name, rows)
        yield from before
        if tree is None:
            self.data[name] = python_data.parameter_data(self._model, data)
            default = python_data.default_of(self._model, data)
            extra = f"default={default!r}" if default is not None else ""
            home = self._home(name)
            yield self._assign(name, "Param", *index, f"initialize=DATA[{name!r}]", home, extra)
        else:
            yield self._computed(name, index, rows, tree, f"parameters.{name}.expression")

    def _formula(self, name: str) -> Node | None:
        """How a parameter is computed; nothing if it refers to itself, for Pyomo has no such rule."""
        entry = self._model.formulation.parameters.get(name)
        if entry is None or entry.expression is None:
            return None
        indices = self._catalogue.rows(name)[1]
        tree = self._catalogue.tree(entry.expression, f"parameters.{name}.expression", indices)
        own = any(isinstance(part, ParameterRef) and part.name == name for part in walk(tree))
        return None if own else tree

    def _computed(
        self, name: str, index: list[str], rows: Sequence[Generator], tree: Node, place: str
    ) -> str:
        value = self._coder.data(tree, place)
        start = f"lambda {self.rule(rows)}: {value}" if rows else value
        return self._assign(name, "Param", *index, f"initialize={start}", self._home(name))

    def _home(self, name: str) -> str:
        """Where a parameter's values are from if they may be elements; Pyomo expects numbers."""
        entry = self._model.formulation.parameters.get(name)
        if entry is not None and entry.within:
            return f"within={self._names.component(entry.within)}"
        return "within=pyo.Any" if name in self._model.expressions else ""

    def _expression(self, name: str) -> Iterator[str]:
        data, rows = self._model.expressions[name], self.rows(name)
        before, index = self.index(name, rows)
        yield from before
        place = f"expressions.{name}.expression"
        if data.data:
            yield self._computed(name, index, rows, data.tree, place)
        else:
            yield from self.decorated("Expression", index, self._names.attribute(name), rows)
            yield f"    return {self._coder.algebra(data.tree, place)}"
            yield from ("", "")

    def decorated(
        self, kind: str, index: Sequence[str], name: str, rows: Sequence[Generator], extra: str = ""
    ) -> Iterator[str]:
        """The head of a rule: `@model.Constraint(model.Week)`, `def room(model, w):`."""
        arguments = ", ".join([*index, *([extra] if extra else [])])
        yield f"@{self._names.model}.{kind}({arguments})"
        yield f"def {name}({self.rule(rows)}):"

    # variables

    def _variable(self, name: str) -> Iterator[str]:
        data, rows = self._model.variables[name], self.rows(name)
        before, index = self.index(name, rows)
        yield from before
        lower, upper = self._ends(data)
        if data.domain is Domain.SEMICONTINUOUS:
            yield from self._semicontinuous(data, index, rows, (lower, upper))
            return
        domain, bounds = _DOMAINS.get(data.domain, "Reals"), (lower, upper)
        if bounds == ("0", "None") and data.domain is not Domain.BINARY:
            domain, bounds = f"NonNegative{domain}", ("None", "None")
        yield self._assign(name, "Var", *index, f"domain=pyo.{domain}", self._bounded(bounds, rows))

    def _bounded(self, ends: tuple[str, str], rows: Sequence[Generator]) -> str:
        if ends == ("None", "None"):
            return ""
        pair = f"({ends[0]}, {ends[1]})"
        return f"bounds=lambda {self.rule(rows)}: {pair}" if rows and "[" in pair else f"bounds={pair}"

    def _bounds(self, name: str) -> tuple[Node | None, Node | None]:
        """The bounds of a declared variable as trees."""
        entry = self._model.formulation.variables.get(name)
        if entry is None:
            return None, None
        indices = self._catalogue.rows(name)[1]
        lower, upper = (
            self._catalogue.tree(given, f"variables.{name}.{side}", indices)
            if isinstance(given, str)
            else None
            if given is None
            else Number(given)
            for side, given in (("lower", entry.lower), ("upper", entry.upper))
        )
        return lower, upper

    def _ends(self, data: VariableData) -> tuple[str, str]:
        """Lower and upper bound as code."""
        if data.name in self._model.formulation.variables:
            lower, upper = (self._end(tree, f"variables.{data.name}") for tree in self._bounds(data.name))
            return lower, upper
        if not any(finite_bound(value) for value in data.upper.tolist()):
            return "0", "None"
        key = f"{data.name}_limit"
        if not data.family.arity:
            self.data[key] = python_data.whole(float(data.upper[0]))
            return "0", f"DATA[{key!r}]"
        self.data[key] = python_data.bound_data(data.family, data.upper)
        targets = [self._names.index(target) for target in data.family.names]
        inside = targets[0] if len(targets) == 1 else f"({', '.join(targets)})"
        return "0", f"DATA[{key!r}][{inside}]"

    def _end(self, tree: Node | None, place: str) -> str:
        if tree is None or (isinstance(tree, Number) and not finite_bound(tree.value)):
            return "None"
        return self._coder.data(tree, place)

    def _semicontinuous(
        self, data: VariableData, index: list[str], rows: Sequence[Generator], ends: tuple[str, str]
    ) -> Iterator[str]:
        """0, or between the bounds: a binary switches."""
        name = self._names.attribute(data.name)
        lower, upper = ends
        switch = f"{self._names.model}.{self._names.fresh(f'{name}_on')}"
        hull = (f"min(0, {lower})", f"max(0, {upper})")
        yield self._assign(data.name, "Var", *index, "domain=pyo.Reals", self._bounded(hull, rows))
        yield f"{switch} = pyo.Var({', '.join([*index, 'domain=pyo.Binary'])})"
        key = ", ".join(self._names.index(target) for row in rows for target in row.targets)
        shown, on = (f"{one}[{key}]" if key else one for one in (self._names.component(data.name), switch))
        for suffix, sign, end in (("least", ">=", lower), ("most", "<=", upper)):
            yield ""
            yield ""
            yield from self.decorated("Constraint", index, self._names.fresh(f"{name}_{suffix}"), rows)
            yield f"    return {shown} {sign} ({end}) * {on}"
        yield from ("", "")


def _is_plain(row: Generator) -> bool:
    return not row.conditions and isinstance(row.domain, SetRef) and not row.domain.subscripts


def _is_targets(parts: Sequence[Node], generators: Sequence[Generator]) -> bool:
    targets = [name for generator in generators for name in generator.targets]
    return [part.name for part in parts if isinstance(part, IndexRef)] == targets and len(parts) == len(
        targets
    )
