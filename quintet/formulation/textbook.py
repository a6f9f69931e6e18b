"""A formulation as a textbook sets it out: five sections, formulas indexed and not expanded.

`latex` and `markdown` lay the same record out. It needs no data; with a bound model, small sets are
listed and small parameters have their values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from quintet.formulation.data_tables import DataTable, data_tables, scalar_value
from quintet.formulation.index_names import IndexNames
from quintet.formulation.model import Model, SetData
from quintet.formulation.notation import SUM, Notation, width
from quintet.formulation.parser import parse, parse_members
from quintet.formulation.schema import (
    ConstraintEntry,
    Document,
    Domain,
    Entry,
    ObjectiveEntry,
    ParameterEntry,
    Sense,
    SetEntry,
    VariableEntry,
)
from quintet.formulation.symbols import element, number, symbol
from quintet.formulation.tree import Generator

LISTED = 12
"""Most members of a set that are listed one by one."""
WIDE = 64
"""Above this width, the quantifier stands on a line of its own."""
_BLACKBOARD = {Domain.CONTINUOUS: r"\mathbb{R}", Domain.INTEGER: r"\mathbb{Z}"}


@dataclass(frozen=True)
class Line:
    r"""One named entry.

    Args:
        name: Its name in the document.
        formula: Mathematics.
        each: The rows it stands for, `l \in L, d \in D`; mathematics, empty for a scalar.
        unit: Its unit as the document says it.
        remark: A few words of plain text: where data come from, how soft a constraint is.
        sources: Quotes of the problem's text.
        note: The document's note.
    """

    name: str
    formula: str
    each: str = ""
    unit: str = ""
    remark: str = ""
    sources: tuple[str, ...] = ()
    note: str = ""

    @property
    def display(self) -> str:
        """The formula with its quantifier, as a displayed equation has it."""
        if not self.each:
            return self.formula
        if width(self.formula) + width(self.each) <= WIDE:
            return rf"{self.formula} \qquad \forall \thinspace {self.each}"
        return rf"\begin{{gathered}} {self.formula} \cr \forall \thinspace {self.each} \end{{gathered}}"


@dataclass(frozen=True)
class Textbook:
    """A formulation set out; every part in the order of the document."""

    title: str
    text: str
    sets: tuple[Line, ...]
    parameters: tuple[Line, ...]
    variables: tuple[Line, ...]
    expressions: tuple[Line, ...]
    objectives: tuple[Line, ...]
    constraints: tuple[Line, ...]
    tables: tuple[DataTable, ...] = ()
    assumptions: tuple[str, ...] = field(default_factory=tuple)


def textbook(source: Document | Model) -> Textbook:
    """Set a formulation out.

    Args:
        source: A formulation, or a bound model, whose data are then shown where they are small.

    Raises:
        ExpressionError: An expression of the document can't be read.
    """
    if isinstance(source, Model):
        return _Author(source.formulation, source).write()
    return _Author(source, None).write()


class _Author:
    def __init__(self, document: Document, model: Model | None) -> None:
        self._document = document
        self._model = model
        self._indices = IndexNames(document, model)
        rooms = (document.sets, document.parameters, document.variables, document.expressions)
        self._notation = Notation({name for room in rooms for name in room}, set(document.variables))

    def write(self) -> Textbook:
        """The whole."""
        document = self._document
        return Textbook(
            title=document.title or "Formulation",
            text=(document.text or "").strip(),
            sets=tuple(self._set(name, entry) for name, entry in document.sets.items()),
            parameters=tuple(self._parameter(name, entry) for name, entry in document.parameters.items()),
            variables=tuple(self._variable(name, entry) for name, entry in document.variables.items()),
            expressions=tuple(self._expressions()),
            objectives=tuple(self._objectives()),
            constraints=tuple(self._constraints()),
            tables=data_tables(self._model) if self._model is not None else (),
            assumptions=tuple(assumption.text for assumption in document.assumptions),
        )

    def _line(self, name: str, entry: Entry, formula: str, rows: Sequence[Generator], remark: str) -> Line:
        each = self._notation.ranges(rows) if rows else ""
        unit = getattr(entry, "unit", None) or ""
        return Line(name, formula, each, unit, remark, entry.sources, entry.note or "")

    def _family(self, name: str, rows: Sequence[Generator]) -> str:
        """`name_{l, d}`."""
        subscripts = ", ".join(symbol(target) for target in _names(rows))
        return f"{symbol(name)}_{{{subscripts}}}" if subscripts else symbol(name)

    def _value(self, value: float | str | None, place: str, rows: Sequence[Generator]) -> str:
        """A bound or the like: a number or an expression."""
        if isinstance(value, str):
            return self._notation.at(parse(value, place), SUM, _names(rows))
        return "" if value is None else number(value)

    # sets

    def _set(self, name: str, entry: SetEntry) -> Line:
        rows = self._indices.rows(entry.index, f"sets.{name}.index")
        shown = self._family(name, rows)
        if entry.within is not None and entry.computed is None:
            shown = rf"{shown} \subseteq {symbol(entry.within)}"
        members = self._members(name, entry, rows)
        formula = f"{shown} = {members}" if members else shown
        return self._line(name, entry, formula, rows, self._origin(name, entry))

    def _members(self, name: str, entry: SetEntry, rows: Sequence[Generator]) -> str:
        if entry.computed is not None:
            return self._notation.members(parse_members(entry.computed, f"sets.{name}.from"), _names(rows))
        if entry.range is not None:
            first, _, last = entry.range.partition("..")
            ends = (self._notation.math(parse(end, f"sets.{name}")) for end in (first, last))
            return r"\lbrace {}, \dots, {} \rbrace".format(*ends)
        bound = self._model.sets.get(name) if self._model is not None else None
        if isinstance(bound, SetData):
            return _listed(bound.members)
        return _listed([one if isinstance(one, tuple) else (one,) for one in entry.values or ()])

    def _origin(self, name: str, entry: SetEntry) -> str:
        bound = self._model.sets.get(name) if self._model is not None else None
        count = f"{len(bound):,} members" if isinstance(bound, SetData) else ""
        table, _, column = (entry.table or "").partition(".")
        origin = f"column {column} of table {table}" if column else f"keys of table {table}" if table else ""
        return ", ".join(part for part in (origin, count) if part)

    # parameters

    def _parameter(self, name: str, entry: ParameterEntry) -> Line:
        rows = self._indices.rows(entry.index, f"parameters.{name}.index")
        formula = self._family(name, rows)
        if entry.expression is not None:
            tree = parse(entry.expression, f"parameters.{name}.expression")
            formula = f"{formula} = {self._notation.math(tree, _names(rows))}"
        elif not rows:
            formula += self._scalar(name, entry)
        if entry.within is not None:
            formula = rf"{formula} \in {symbol(entry.within)}"
        return self._line(name, entry, formula, rows, self._data_origin(entry))

    def _scalar(self, name: str, entry: ParameterEntry) -> str:
        value = entry.values
        if self._model is not None:
            value = scalar_value(self._model.parameters[name])
        if value is None or isinstance(value, dict | list):
            return ""
        return f" = {element(value) if isinstance(value, str) else number(value)}"

    def _data_origin(self, entry: ParameterEntry) -> str:
        table, _, column = (entry.table or "").partition(".")
        origin = f"column {column} of table {table}" if column else f"table {table}" if table else ""
        default = f"{entry.default} where none is given" if entry.default is not None else ""
        return ", ".join(part for part in (origin, default) if part)

    # variables

    def _variable(self, name: str, entry: VariableEntry) -> Line:
        rows = self._indices.rows(entry.index, f"variables.{name}.index")
        shown = self._family(name, rows)
        lower, upper = (
            self._value(getattr(entry, side), f"variables.{name}.{side}", rows) for side in ("lower", "upper")
        )
        formula = _domain(shown, entry.domain, lower, upper)
        return self._line(name, entry, formula, rows, entry.domain.value)

    def _expressions(self) -> Iterator[Line]:
        for name, entry in self._document.expressions.items():
            rows = self._indices.rows(entry.index, f"expressions.{name}.index")
            tree = parse(entry.expression, f"expressions.{name}.expression")
            formula = f"{self._family(name, rows)} = {self._notation.math(tree, _names(rows))}"
            yield self._line(name, entry, formula, rows, "")

    # objective and constraints

    def _objectives(self) -> Iterator[Line]:
        objectives = self._document.objectives
        for number_, entry in enumerate(objectives, 1):
            name = entry.name or (f"objective {number_}" if len(objectives) > 1 else "")
            remark = _rank(entry) if len(objectives) > 1 else ""
            yield self._line(name, entry, self._goal(entry), (), remark)

    def _goal(self, entry: ObjectiveEntry) -> str:
        if entry.sense is Sense.SATISFY or entry.expression is None:
            return r"\text{find any point that satisfies the constraints}"
        direction = r"\max" if entry.sense is Sense.MAXIMIZE else r"\min"
        goal = self._notation.math(parse(entry.expression, "objective.expression"))
        return rf"{direction} \quad {goal}"

    def _constraints(self) -> Iterator[Line]:
        for name, entry in self._document.constraints.items():
            rows = self._indices.rows(entry.each, f"constraints.{name}.for")
            tree = parse(entry.expression, f"constraints.{name}.expression")
            yield self._line(name, entry, self._notation.math(tree, _names(rows)), rows, _hardness(entry))


def _names(rows: Sequence[Generator]) -> tuple[str, ...]:
    return tuple(name for generator in rows for name in generator.targets)


def _listed(members: Sequence[tuple[int | str, ...]]) -> str:
    """`{a, b, c}`; nothing if there are too many or none is known."""
    if not members or len(members) > LISTED:
        return ""
    shown = [", ".join(element(part) for part in member) for member in members]
    items = (f"({one})" if len(member) > 1 else one for one, member in zip(shown, members, strict=True))
    return rf"\lbrace {', '.join(items)} \rbrace"


def _domain(shown: str, domain: Domain, lower: str, upper: str) -> str:
    r"""`0 \le x \le 5`, `x \in \{0, 1\}`, `x \in \{0\} \cup [3, 9]`."""
    if domain is Domain.BINARY and not lower and not upper:
        return rf"{shown} \in \lbrace 0, 1 \rbrace"
    if domain is Domain.SEMICONTINUOUS:
        low, high = lower or r"-\infty", upper or r"\infty"
        return rf"{shown} \in \lbrace 0 \rbrace \cup [{low}, {high}]"
    bounds = (rf"{lower} \le " if lower else "") + shown + (rf" \le {upper}" if upper else "")
    if lower and not upper:
        bounds = rf"{shown} \ge {lower}"
    if domain is Domain.CONTINUOUS:
        return bounds if lower or upper else rf"{shown} \in {_BLACKBOARD[domain]}"
    home = _BLACKBOARD.get(domain, r"\lbrace 0, 1 \rbrace")
    return rf"{bounds}, \quad {shown} \in {home}" if lower or upper else rf"{shown} \in {home}"


def _rank(entry: ObjectiveEntry) -> str:
    parts = [f"priority {entry.priority}"]
    if entry.weight != 1:
        parts.append(f"weight {entry.weight:g}")
    slack = [
        f"{entry.abs_tol:g}" if entry.abs_tol else "",
        f"{entry.rel_tol:.3g} of it" if entry.rel_tol else "",
    ]
    if any(slack):
        parts.append(f"may give up {' or '.join(part for part in slack if part)} for what comes after")
    return ", ".join(parts)


def _hardness(entry: ConstraintEntry) -> str:
    parts = [entry.kind.value] if entry.kind is not None else []
    if entry.soft is not None:
        limit = f", at most {entry.soft.limit}" if entry.soft.limit is not None else ""
        level = f", priority {entry.soft.priority}" if entry.soft.priority != 1 else ""
        parts.append(f"soft: {entry.soft.penalty} for each unit that it is broken by{limit}{level}")
    return ", ".join(parts)
