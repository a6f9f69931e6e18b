"""Constraints and objectives as Pyomo rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quintet.formulation.classify import degree
from quintet.formulation.integrality import is_integral
from quintet.formulation.model import ConstraintData, Model, ObjectiveData, SetData
from quintet.formulation.schema import Sense
from quintet.formulation.symbols import one_line
from quintet.formulation.tree import (
    Call,
    Compare,
    Comprehension,
    Conditional,
    ExpressionRef,
    Generator,
    Negate,
    Node,
    Number,
    Product,
    Quotient,
    SetRef,
    Sum,
    VariableRef,
)
from quintet.solvers.export.clauses import alternatives, linear_rows
from quintet.solvers.export.python_code import Coder
from quintet.solvers.export.python_data import WIDTH
from quintet.solvers.export.python_families import Families
from quintet.solvers.export.python_names import PythonNames
from quintet.solvers.rows.scoping import varying

BREAK = "\0"
"""Where a long comparison may be broken; no code holds it otherwise."""
_BOUNDING = {("max", Sense.MINIMIZE): (">=", "largest"), ("min", Sense.MAXIMIZE): ("<=", "smallest")}


class Relations:
    """Writes constraints and objectives, and finds out what they ask of a solver.

    Args:
        model: The model.
        families: Writes the components that they refer to.
        names: Its names in Python.
        coder: Writes its trees.
    """

    def __init__(self, model: Model, families: Families, names: PythonNames, coder: Coder) -> None:
        self.degree = 0
        """Highest degree of what was written; 3 for nonlinear."""
        self.rows_degree = 0
        self.branches = False
        """Whether disjunctions were written."""
        self.guarded = False
        """Whether the function `row` is needed."""
        self.objectives: list[str] = []
        """The objectives' attributes, the first level first."""
        self._model = model
        self._families = families
        self._names = names
        self._coder = coder

    def lines(self) -> Iterator[str]:
        """All of them."""
        yield from ("", "# Objective", "")
        for objective in self._model.objectives:
            yield from self._objective(objective)
        if self._model.constraints:
            yield from ("# Constraints", "")
        for constraint in self._model.constraints.values():
            yield from self._constraint(constraint)

    # objectives

    def _objective(self, data: ObjectiveData) -> Iterator[str]:
        yield from self._quotes(data.sources)
        name = self._names.fresh(data.name)
        self.objectives.append(name)
        tree = data.tree if data.tree is not None else Number(0)
        bounding = _BOUNDING.get((tree.function, data.sense)) if isinstance(tree, Call) else None
        if isinstance(tree, Call) and bounding and varying(self._model, tree):
            extreme = self._names.fresh(bounding[1])
            yield from self._extreme(tree, bounding[0], extreme)
            value = f"{self._names.model}.{extreme}"
        else:
            self._note(tree, row=False)
            value = self._coder.algebra(tree, "objective.expression")
        sense = "maximize" if data.sense is Sense.MAXIMIZE else "minimize"
        yield from self._families.decorated("Objective", [], name, (), f"sense=pyo.{sense}")
        yield f"    return {value}"
        yield from ("", "")

    def _extreme(self, tree: Call, sign: str, name: str) -> Iterator[str]:
        """A variable that is at least, or at most, each of the values."""
        yield f"{self._names.model}.{name} = pyo.Var(domain=pyo.Reals)"
        yield ""
        yield ""
        for argument in tree.arguments:
            each = argument if isinstance(argument, Comprehension) else Comprehension(argument, ())
            self._note(each.body, row=True)
            before, index = self._families.index(name, each.generators)
            yield from before
            row = self._names.fresh(f"{name}_bound")
            yield from self._families.decorated("Constraint", index, row, each.generators)
            value = self._coder.side(each.body, "objective.expression")
            yield f"    return {self._names.model}.{name} {sign} {value}"
            yield from ("", "")

    # constraints

    def _constraint(self, data: ConstraintData) -> Iterator[str]:
        yield from self._quotes(data.sources)
        rows = self._families.constraint_rows(data.name)
        before, index = self._families.index(data.name, rows)
        yield from before
        place = f"constraints.{data.name}"
        relations = self._relations(data.tree)
        if relations is not None:
            for number, relation in enumerate(relations, 1):
                wanted = f"{data.name}_{number}" if len(relations) > 1 else data.name
                yield from self._families.decorated("Constraint", index, self._names.fresh(wanted), rows)
                yield from self._body(relation, place)
                yield from ("", "")
        else:
            yield from self._disjunction(data, index, rows, place)

    def _relations(self, tree: Node) -> list[Node] | None:
        """Comparisons that all have to hold; None for logic beyond binaries."""
        if not varying(self._model, tree):
            return [tree]
        if isinstance(tree, Compare):
            return list(self._links(tree))
        if isinstance(tree, Conditional):
            then, otherwise = self._relations(tree.then), self._relations(tree.otherwise)
            if then is None or otherwise is None or len(then) != 1 or len(otherwise) != 1:
                return None
            return [Conditional(then[0], tree.condition, otherwise[0])]
        found = linear_rows(tree, self._model)
        return list(found) if found is not None else None

    def _links(self, tree: Compare) -> Iterator[Compare]:
        """One comparison for each link, or the whole chain between two numbers."""
        ends = (tree.operands[0], tree.operands[-1])
        between = len(tree.operands) == 3 and not any(varying(self._model, end) for end in ends)
        if between and set(tree.operators) <= {"<=", ">="}:
            yield tree
            return
        for sign, left, right in zip(tree.operators, tree.operands, tree.operands[1:], strict=False):
            yield Compare((left, right), (sign,))

    def _body(self, relation: Node, place: str) -> Iterator[str]:
        if isinstance(relation, Conditional):
            yield f"    if {self._coder.data(relation.condition, place)}:"
            yield from (f"    {line}" for line in self._body(relation.then, place))
            yield from self._body(relation.otherwise, place)
        elif not varying(self._model, relation):
            yield from _returned(self._guarded(f"bool({self._coder.data(relation, place)})"))
        else:
            assert isinstance(relation, Compare)
            code = self._comparison(relation, place)
            safe = any(self._surely(operand) for operand in relation.operands)
            yield from _returned(code if safe else self._guarded(code))

    def _guarded(self, code: str) -> str:
        self.guarded = True
        return f"row({code})"

    def _comparison(self, tree: Compare, place: str) -> str:
        for operand in tree.operands:
            self._note(operand, row=True)
        if "!=" in tree.operators:
            raise self._coder.refusal("'!='", place)
        sides = [self._coder.side(side, place) for side in self._weak(tree)]
        if len(sides) == 3:
            outer = [self._coder.data(side, place) for side in (tree.operands[0], tree.operands[2])]
            low, high = outer if tree.operators[0] == "<=" else outer[::-1]
            return f"pyo.inequality({low}, {sides[1]}, {high})"
        return f"{sides[0]}{BREAK}{tree.operators[0][0]}= {sides[1]}"

    def _weak(self, tree: Compare) -> Sequence[Node]:
        """The sides with `<` between whole values as a step of 1."""
        sign = tree.operators[0]
        if sign not in ("<", ">") or not all(is_integral(side, self._model) for side in tree.operands):
            return tree.operands
        left, right = tree.operands
        one: Node = Number(1)
        return (Sum((left, one)), right) if sign == "<" else (left, Sum((right, one)))

    # logic

    def _disjunction(
        self, data: ConstraintData, index: list[str], rows: Sequence[Generator], place: str
    ) -> Iterator[str]:
        found = alternatives(data.tree, self._model)
        if found is None:
            function = data.tree.function if isinstance(data.tree, Call) else type(data.tree).__name__.lower()
            raise self._coder.refusal(f"{function}(…)", place)
        self.branches = True
        name = self._names.fresh(data.name)
        yield from self._families.decorated("Disjunction", index, name, rows, "xor=False")
        yield "    return ["
        for branch in found:
            links = [link for compare in branch for link in self._links(compare)]
            yield f"        [{', '.join(self._comparison(link, place) for link in links)}],".replace(
                BREAK, " "
            )
        yield "    ]"
        yield from ("", "")

    # what is in them

    def _note(self, tree: Node, *, row: bool) -> None:
        found = degree(tree, self._model)
        found = 3 if found is None else found
        self.degree = max(self.degree, found)
        self.rows_degree = max(self.rows_degree, found) if row else self.rows_degree

    def _surely(self, node: Node) -> bool:
        """Whether a decision variable is left in every row, whatever the data."""
        if isinstance(node, VariableRef):
            return True
        if isinstance(node, ExpressionRef):
            return not self._model.expressions[node.name].data
        if isinstance(node, Sum):
            return any(self._surely(term) for term in node.terms)
        if isinstance(node, Product):
            return any(self._surely(factor) for factor in node.factors)
        if isinstance(node, Negate):
            return self._surely(node.operand)
        if isinstance(node, Quotient):
            return self._surely(node.numerator)
        body = node.arguments[0] if isinstance(node, Call) and node.function == "sum" else None
        return isinstance(body, Comprehension) and self._full(body.generators) and self._surely(body.body)

    def _full(self, generators: Sequence[Generator]) -> bool:
        """Whether a sum over them has at least one term."""
        return all(not row.conditions and self._has_members(row.domain) for row in generators)

    def _has_members(self, domain: Node) -> bool:
        bound = self._model.sets[domain.name] if isinstance(domain, SetRef) else None
        return isinstance(bound, SetData) and len(bound) > 0

    def _quotes(self, sources: Sequence[str]) -> Iterator[str]:
        if sources:
            yield f"# “{one_line('; '.join(sources))}”"


def _returned(code: str) -> Iterator[str]:
    """A `return`, with a long comparison on two lines."""
    if len(code) <= WIDTH - 11:
        yield f"    return {code.replace(BREAK, ' ')}"
        return
    call = code.startswith("row(") and BREAK in code
    inside = code[4:-1] if call else code
    yield "    return row(" if call else "    return ("
    yield from (f"        {part}" for part in inside.split(BREAK))
    yield "    )"
