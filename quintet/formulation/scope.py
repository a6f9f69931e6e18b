"""Names → what they are: surface tree to resolved tree.

The rules of the language that concern names stand here: arity, what may index what, bare
elements, no shadowing, data where data must be, comparisons that run one way.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from quintet.errors import ExpressionError
from quintet.formulation.declarations import (
    Catalogue,
    Component,
    Declared,
    Indices,
    What,
    decides,
    is_data,
    is_truth,
)
from quintet.formulation.domains import Domains, rebuilt
from quintet.formulation.functions import DATA_ONLY, FUNCTIONS, OF_SETS, ORDERED, REDUCTIONS
from quintet.formulation.tree import (
    And,
    Call,
    Compare,
    Comprehension,
    Conditional,
    Element,
    ElementValue,
    ExpressionRef,
    IndexRef,
    Integral,
    ListOf,
    Member,
    Name,
    Negate,
    Node,
    Not,
    Number,
    Or,
    ParameterRef,
    Power,
    Product,
    Quotient,
    SetRef,
    Subscript,
    Sum,
    Text,
    TupleOf,
    VariableRef,
    walk,
)

T = TypeVar("T")

DECISIONS_STAND = ("constraints.", "objective", "forced decision")
"""Places whose expressions are read when all sets are known."""


class Resolver(Domains):
    """Resolves trees at one place of the document.

    Args:
        catalogue: What is declared.
        place: Path of keys in the document, for messages.
    """

    def __init__(self, catalogue: Catalogue, place: str) -> None:
        super().__init__(catalogue, place)
        self._by_type: dict[type[Node], Callable[..., Node]] = {
            Number: self._same,
            Text: self._text,
            Name: self._name,
            Subscript: self._subscript,
            TupleOf: self._parts,
            ListOf: self._parts,
            Negate: self._arithmetic,
            Sum: self._arithmetic,
            Product: self._arithmetic,
            Quotient: self._arithmetic,
            Integral: self._whole,
            Power: self._arithmetic,
            Compare: self._compare,
            Member: self._member,
            And: self._logic,
            Or: self._logic,
            Not: self._logic,
            Conditional: self._conditional,
            Comprehension: self._comprehension,
            Call: self._call,
        }

    def resolve(self, node: Node, indices: Indices) -> Node:
        """The resolved tree of `node`, inside which the names of `indices` are index names.

        Raises:
            ExpressionError: A name, its arity or its use is wrong.
        """
        return self._by_type[type(node)](node, indices)

    def value(self, node: Node, indices: Indices) -> Node:
        """As `resolve`, and must be a number or an element."""
        resolved = self.resolve(node, indices)
        if is_truth(resolved):
            raise self.error(
                node, "a comparison stands where a number is needed", "use holds(…) to count it as 0 or 1"
            )
        if isinstance(resolved, SetRef):
            raise self.error(
                node,
                f"the set {resolved.name!r} stands where a number is needed",
                f"card({resolved.name}) counts it",
            )
        return resolved

    def data(self, node: Node, indices: Indices, what: str, remedy: str = "") -> Node:
        """As `value`, and must hold no decision variable."""
        return self._only_data(self.value(node, indices), what, remedy)

    def _only_data(self, node: Node, what: str, remedy: str = "") -> Node:
        for part in walk(node):
            if decides(part, self._catalogue):
                name = part.name if isinstance(part, VariableRef | ExpressionRef) else ""
                raise self.error(
                    part, f"{what} depends on the decision {name!r}", remedy or "only data may stand there"
                )
        return node

    def condition(self, node: Node, indices: Indices) -> Node:
        """A filter or the condition of a conditional: data, true or false."""
        resolved = self._only_data(
            self.resolve(node, indices), "a condition", "use implies(…) or a binary variable for choices"
        )
        return resolved if is_truth(resolved) else Compare((resolved, Number(0)), ("!=",), at=node.at)

    def statement(self, node: Node, indices: Indices) -> Node:
        """A constraint: a comparison or logic."""
        resolved = self.resolve(node, indices)
        if not is_truth(resolved):
            raise self.error(node, "a constraint needs a comparison", "write <=, == or >= and its other side")
        return resolved

    # leaves

    def _same(self, node: Node, indices: Indices) -> Node:
        return node

    def _text(self, node: Text, indices: Indices) -> Node:
        return Element(node.value, at=node.at)

    def _name(self, node: Name, indices: Indices) -> Node:
        if node.name in indices:
            return IndexRef(node.name, at=node.at)
        declared = self._catalogue.declared(node.name)
        if declared is None:
            raise self._unknown(node, node.name, indices)
        return self._reference(node, declared, ())

    def _unknown(self, node: Node, name: str, indices: Indices) -> ExpressionError:
        close = difflib.get_close_matches(name, [*indices, *self._catalogue.names()], n=1)
        remedy = f"did you mean {close[0]!r}?" if close else "declare it, or quote it if it is an element"
        if not close and any(index.startswith("_") for index in indices):
            remedy = "to use an index here, name it: index: 'i in Set for j in Other'"
        return self.error(node, f"unknown name {name!r}", self._decision_of(name) or remedy)

    def _decision_of(self, element: str) -> str:
        """The remedy where an element was given for its decision, as the names of an LP file are."""
        if not self._place.startswith(DECISIONS_STAND):
            return ""
        for declared in map(self._catalogue.declared, self._catalogue.names()):
            if declared is None or declared.what is not What.VARIABLE or len(declared.components) != 1:
                continue
            if self._catalogue.element_of(declared.components[0], element) is not None:
                return f"write {declared.name}[{element}]"
        return ""

    def _reference(self, node: Node, declared: Declared, subscripts: tuple[Node, ...]) -> Node:
        if len(subscripts) != len(declared.components):
            raise self._wrong_arity(node, declared, len(subscripts))
        build = {
            What.SET: SetRef,
            What.PARAMETER: ParameterRef,
            What.VARIABLE: VariableRef,
            What.EXPRESSION: ExpressionRef,
        }[declared.what]
        return build(declared.name, subscripts, at=node.at)

    def _wrong_arity(self, node: Node, declared: Declared, given: int) -> ExpressionError:
        wanted = len(declared.components)
        shape = ", ".join(c.domain.name if c.domain else "…" for c in declared.components)
        remedy = f"write {declared.name}[{shape}]" if wanted else f"write {declared.name} alone"
        count = "no index" if not wanted else f"{wanted} index" if wanted == 1 else f"{wanted} indices"
        return self.error(node, f"{declared.what} {declared.name!r} takes {count}, not {given}", remedy)

    def _subscript(self, node: Subscript, indices: Indices) -> Node:
        if node.name in indices:
            raise self.error(
                node, f"index {node.name!r} takes no brackets", "index a parameter or a variable"
            )
        declared = self._catalogue.declared(node.name)
        if declared is None:
            raise self._unknown(node, node.name, indices)
        if len(node.subscripts) != len(declared.components):
            raise self._wrong_arity(node, declared, len(node.subscripts))
        pairs = zip(node.subscripts, declared.components, strict=True)
        found = tuple(self._at_component(sub, component, indices, node.name) for sub, component in pairs)
        return self._reference(node, declared, found)

    def _at_component(self, node: Node, component: Component, indices: Indices, name: str) -> Node:
        literal = self._literal(node, component, indices)
        if literal is not None:
            return literal
        remedy = "write element(…) to index by a decision"
        return self.data(node, indices, f"an index of {name!r}", remedy)

    def _literal(self, node: Node, component: Component, indices: Indices) -> Element | None:
        """A bare word, text or whole number that is an element at this place."""
        value = _literal_value(node)
        if value is None or (isinstance(node, Name) and self._is_known(node.name, indices)):
            return None
        element = self._catalogue.element_of(component, value)
        return None if element is None else Element(element, at=node.at)

    def _is_known(self, name: str, indices: Indices) -> bool:
        return name in indices or self._catalogue.declared(name) is not None

    # arithmetic

    def _parts(self, node: TupleOf | ListOf, indices: Indices) -> Node:
        return replace(node, items=tuple(self.resolve(item, indices) for item in node.items))

    def _arithmetic(self, node: Node, indices: Indices) -> Node:
        return rebuilt(node, lambda part: self.value(part, indices))

    def _whole(self, node: Integral, indices: Indices) -> Node:
        return rebuilt(node, lambda part: self.data(part, indices, f"a part of {node.operator!r}"))

    def _conditional(self, node: Conditional, indices: Indices) -> Node:
        then, otherwise = self.resolve(node.then, indices), self.resolve(node.otherwise, indices)
        if is_truth(then) != is_truth(otherwise):
            raise self.error(node, "one branch is a number and the other a comparison", "make both the same")
        return Conditional(then, self.condition(node.condition, indices), otherwise, at=node.at)

    # truth

    def _compare(self, node: Compare, indices: Indices) -> Node:
        self._one_way(node)
        home = self._home_among(node.operands, indices)
        operands = tuple(self._operand(part, home, indices) for part in node.operands)
        return replace(node, operands=operands)

    def _one_way(self, node: Compare) -> None:
        ways = {operator[0] for operator in node.operators}
        if len(ways) > 1 or node.operators.count("!=") > 1:
            raise self.error(
                node, f"the chain {' … '.join(node.operators)} runs both ways", "split it in two"
            )

    def _operand(self, node: Node, home: Component | None, indices: Indices) -> Node:
        if isinstance(node, TupleOf):
            return self._parts(node, indices)
        literal = self._literal(node, home, indices) if home else None
        return literal or self.value(node, indices)

    def _home_among(self, nodes: Sequence[Node], indices: Indices) -> Component | None:
        homes = (self._home(node, indices) for node in nodes)
        return next((home for home in homes if home is not None), None)

    def _home(self, node: Node, indices: Indices) -> Component | None:
        """The set that the value of `node` is an element of, where that is known."""
        if isinstance(node, Name | Subscript):
            if node.name in indices:
                return indices[node.name]
            declared = self._catalogue.declared(node.name)
            return Component(declared.home) if declared and declared.home else None
        if (
            isinstance(node, Call)
            and node.function in (*ORDERED, *OF_SETS)
            and node.function not in ("ord", "card")
        ):
            inner = self._set_argument(node.arguments[0], indices)
            return Component(inner) if inner else self._home(node.arguments[0], indices)
        return None

    def _set_argument(self, node: Node, indices: Indices) -> SetRef | None:
        if not isinstance(node, Name | Subscript) or node.name in indices:
            return None
        declared = self._catalogue.declared(node.name)
        if declared is None or declared.what is not What.SET:
            return None
        found = self.resolve(node, indices)
        return found if isinstance(found, SetRef) else None

    def _member(self, node: Member, indices: Indices) -> Node:
        domain, components = self.domain(node.domain, indices)
        items = node.item.items if isinstance(node.item, TupleOf) else (node.item,)
        self._same_arity(node, len(items), len(components))
        pairs = zip(items, components, strict=True)
        found = tuple(self._at_component(item, component, indices, "a set") for item, component in pairs)
        item = TupleOf(found, at=node.item.at) if isinstance(node.item, TupleOf) else found[0]
        return Member(item, domain, node.negated, at=node.at)

    def _logic(self, node: Node, indices: Indices) -> Node:
        return rebuilt(node, lambda part: self._as_truth(part, indices))

    def _as_truth(self, node: Node, indices: Indices) -> Node:
        """A bare number in logic: a binary `b` means `b == 1`, data means `!= 0`."""
        resolved = self.resolve(node, indices)
        if is_truth(resolved) or isinstance(resolved, Comprehension):
            return resolved
        if is_data(resolved, self._catalogue):
            return Compare((resolved, Number(0)), ("!=",), at=node.at)
        return Compare((resolved, Number(1)), ("==",), at=node.at)

    def _comprehension(self, node: Comprehension, indices: Indices) -> Node:
        generators, inside = self.generators(node.generators, indices)
        return Comprehension(self.resolve(node.body, inside), generators, at=node.at)

    # calls

    def _call(self, node: Call, indices: Indices) -> Node:
        if node.function in OF_SETS:
            return replace(node, arguments=(self.domain(node.arguments[0], indices)[0],))
        if node.function in ORDERED:
            return self._ordered(node, indices)
        if FUNCTIONS[node.function].group == "logic":
            return self._logic_call(node, indices)
        arguments = tuple(self.resolve(argument, indices) for argument in node.arguments)
        keywords = tuple((name, self.value(value, indices)) for name, value in node.keywords)
        resolved = replace(node, arguments=arguments, keywords=keywords)
        self._check_call(resolved)
        return resolved

    def _check_call(self, node: Call) -> None:
        if node.function in DATA_ONLY:
            self._only_data(node, f"{node.function}(…)")
        if FUNCTIONS[node.function].group not in ("arithmetic", "reductions"):
            return
        for argument in node.arguments:
            body = argument.body if isinstance(argument, Comprehension) else argument
            if is_truth(body):
                remedy = "use holds(…) or at_least(…) to count" if node.function in REDUCTIONS else ""
                raise self.error(body, f"{node.function}(…) takes numbers, not a comparison", remedy)

    def _ordered(self, node: Call, indices: Indices) -> Node:
        first, *rest = node.arguments
        home = self._home(first, indices)
        ordered = home.ordered_set if home else None
        if ordered is None:
            raise self.error(
                node,
                f"{node.function}(…) needs an index of an ordered set",
                "give it an index name that runs over a plain set",
            )
        argument = self._operand(first, home, indices)
        steps = tuple(self.data(part, indices, f"the step of {node.function}") for part in rest)
        return replace(node, arguments=(ordered, argument, *steps))

    def _logic_call(self, node: Call, indices: Indices) -> Node:
        counted = node.function in ("at_least", "at_most", "exactly")
        arguments: list[Node] = []
        for place, argument in enumerate(node.arguments):
            if counted and place == 0:
                arguments.append(self.data(argument, indices, f"the count of {node.function}"))
            elif node.function == "all_different":
                arguments.append(self.resolve(argument, indices))
            elif isinstance(argument, Comprehension):
                arguments.append(self._truths(argument, indices))
            else:
                arguments.append(self._as_truth(argument, indices))
        return replace(node, arguments=tuple(arguments))

    def _truths(self, node: Comprehension, indices: Indices) -> Node:
        generators, inside = self.generators(node.generators, indices)
        return Comprehension(self._as_truth(node.body, inside), generators, at=node.at)


def _literal_value(node: Node) -> ElementValue | None:
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Negate):
        inner = _literal_value(node.operand)
        return -inner if isinstance(inner, int) else None
    return node.value if isinstance(node, Number) and isinstance(node.value, int) else None
