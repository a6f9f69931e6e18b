"""A decision told in the formulation's language → a constraint of the bound model.

`open[B] == 1`, `open[B]` for a binary, `not open[B]`, `ship[A, *] >= 10` for every key that fits.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from quintet.errors import ExpressionError
from quintet.formulation.catalogue import ModelCatalogue
from quintet.formulation.declarations import Component, decides, is_truth
from quintet.formulation.families import scalar_family
from quintet.formulation.model import ConstraintData, Family, Ids, Model
from quintet.formulation.parser import parse
from quintet.formulation.revision import fresh_name
from quintet.formulation.schema import Domain, Kind
from quintet.formulation.scope import Resolver
from quintet.formulation.strictness import settle
from quintet.formulation.tokens import Token, tokenize
from quintet.formulation.tree import (
    Compare,
    Element,
    Generator,
    IndexRef,
    Name,
    Node,
    Number,
    Subscript,
    Text,
    VariableRef,
    walk,
)
from quintet.formulation.wording import MOST, listed

FORCED = "forced"
"""Name of the constraint; `_` is added until it is free."""
STAR = "any_"
"""Stem of the index names that stand for `*`."""


def forcing(model: Model, text: str, place: str = "forced decision") -> tuple[Model, str]:
    """The model with a decision forced, and the name of the constraint that does it.

    Args:
        model: A bound model.
        text: A comparison or logic over decisions; a bare binary means that it is 1. `*` as an
            index stands for every element for which the variable exists.
        place: What messages call it.

    Raises:
        ExpressionError: It can't be read, names something unknown, decides nothing, or a `*`
            stands where no variable gives it a range.
    """
    starred = _unstarred(text, place)
    tree = parse(starred, place)
    catalogue = ModelCatalogue(model)
    targets = {name for part in walk(tree) if isinstance(part, Generator) for name in part.targets}
    for part in walk(tree):
        if isinstance(part, Subscript):
            _refuse_unknown(part, model, place)
            _refuse_strange_elements(part, model, place, targets)
    indices = _indices(tree, catalogue)
    resolved = _statement(Resolver(catalogue, place).resolve(tree, indices), model, place)
    if not any(decides(part, catalogue) for part in walk(resolved)):
        raise ExpressionError(
            "it holds no decision", place=place, remedy=f"name one of {', '.join(model.variables)}"
        )
    name = fresh_name(model, FORCED)
    family = _family(resolved, model, place, tuple(indices)) if indices else scalar_family(model.universe)
    entry = ConstraintData(name, family, resolved, Kind.POLICY)
    forced = settle(replace(model, constraints={**model.constraints, name: entry}))
    return replace(forced, findings=model.findings), name


def _unstarred(text: str, place: str) -> str:
    """The text with every `*` that is an index written as an index name."""
    tokens, pieces, last, count = tokenize(text, place), [], 0, 0
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.is_("*") and before.is_("[", ",") and after.is_("]", ","):
            count += 1
            pieces += [text[last : token.at - 1], _star(tokens, token)]
            last = token.at
    return "".join([*pieces, text[last:]])


def _star(tokens: Sequence[Token], star: Token) -> str:
    """`any_k` for the k-th star inside its brackets."""
    number = 1
    for token in tokens:
        if token.at >= star.at:
            break
        number = 1 if token.is_("[") else number + token.is_("*")
    return f"{STAR}{number}"


def _refuse_unknown(part: Subscript, model: Model, place: str) -> None:
    """A name that is nothing gets the variables as a remedy, which is what was meant most often."""
    document = model.formulation
    if any(part.name in room for room in (document.sets, document.parameters, document.expressions)):
        return
    if part.name in document.variables:
        return
    made = part.name in model.variables or part.name in model.parameters
    said = "belongs to a soft constraint and can't be forced" if made else "is no decision"
    close = difflib.get_close_matches(part.name, document.variables, n=1)
    remedy = f"did you mean {close[0]!r}?" if close else f"decisions: {', '.join(document.variables)}"
    raise ExpressionError(f"{part.name!r} {said}", column=part.at, place=place, remedy=remedy)


def _refuse_strange_elements(part: Subscript, model: Model, place: str, targets: set[str]) -> None:
    """A word in the brackets of a decision that no key of it has."""
    if part.name not in model.variables:
        return
    family = model.variables[part.name].family
    for column, sub in enumerate(part.subscripts[: family.arity]):
        word = sub.name if isinstance(sub, Name) else sub.value if isinstance(sub, Text) else None
        if word is None or word.startswith(STAR) or word in {*targets, *model.parameters}:
            continue
        known = {str(model.universe.elements[i]) for i in np.unique(family.ids[:, column]).tolist()}
        if word not in known:
            raise _strange(word, sorted(known), part, place)


def _strange(word: str, known: list[str], part: Subscript, place: str) -> ExpressionError:
    close = difflib.get_close_matches(word, known, n=1) or [name for name in known if word in name]
    written = close[0] if close and close[0].isidentifier() else repr(close[0]) if close else ""
    remedy = f"did you mean {written}?" if close else f"there are: {listed(known, MOST)}"
    said = f"{word!r} is no index of {part.name!r} at that place"
    return ExpressionError(said, column=part.at, place=place, remedy=remedy)


def _indices(tree: Node, catalogue: ModelCatalogue) -> dict[str, Component]:
    """Index names that stand for stars, with the set of the place where they stand first."""
    found: dict[str, Component] = {}
    for part in walk(tree):
        declared = catalogue.declared(part.name) if isinstance(part, Subscript) else None
        if declared is None or not isinstance(part, Subscript):
            continue
        for sub, component in zip(part.subscripts, declared.components, strict=False):
            if isinstance(sub, Name) and sub.name.startswith(STAR):
                found.setdefault(sub.name, component)
    return dict(sorted(found.items()))


def _statement(node: Node, model: Model, place: str) -> Node:
    if is_truth(node):
        return node
    binary = isinstance(node, VariableRef) and model.variables[node.name].domain is Domain.BINARY
    if binary:
        return Compare((node, Number(1)), ("==",), at=node.at)
    raise ExpressionError(
        "a forced decision needs a comparison", place=place, remedy="write <=, == or >= and its other side"
    )


def _family(tree: Node, model: Model, place: str, names: tuple[str, ...]) -> Family:
    """One row for every way to fill the stars such that each starred variable exists."""
    starred = [part for part in _variables(tree) if _stars(part)]
    first = next((part for part in starred if set(_stars(part)) == set(names)), None)
    if first is None:
        raise ExpressionError(
            "no decision gives '*' its range", place=place, remedy="let one decision have all the stars"
        )
    rows = _matching(first, model, names)
    for part in starred:
        rows = [row for row in rows if _exists(part, model, row)]
    if not rows:
        raise ExpressionError(f"'*' fits no key of {first.name!r}", place=place, remedy="look at its index")
    ids = [[model.universe.find(row[name]) for name in names] for row in rows]
    return Family(names, np.array(ids, dtype=np.int64).reshape(len(rows), len(names)), model.universe)


def _variables(tree: Node) -> Iterator[VariableRef]:
    return (part for part in walk(tree) if isinstance(part, VariableRef))


def _stars(part: VariableRef) -> list[str]:
    return [s.name for s in part.subscripts if isinstance(s, IndexRef) and s.name.startswith(STAR)]


def _matching(part: VariableRef, model: Model, names: Sequence[str]) -> list[dict[str, int | str]]:
    """What the stars stand for in every key of the variable that fits, each way once."""
    family = model.variables[part.name].family
    fits = np.ones(len(family), dtype=bool)
    for column, sub in enumerate(part.subscripts):
        if isinstance(sub, Element):
            fits &= family.ids[:, column] == model.universe.find(sub.value)
    places = [[s.name if isinstance(s, IndexRef) else "" for s in part.subscripts].index(n) for n in names]
    distinct: Ids = family.ids[fits][:, places]
    keys = dict.fromkeys(map(tuple, distinct.tolist()))
    elements = model.universe.elements
    return [{n: elements[i] for n, i in zip(names, key, strict=True)} for key in keys]


def _exists(part: VariableRef, model: Model, row: Mapping[str, int | str]) -> bool:
    """Whether the variable has the key; a subscript that is computed is left to the evaluator."""
    key: list[int | str] = []
    for sub in part.subscripts:
        if isinstance(sub, Element):
            key.append(sub.value)
        elif isinstance(sub, IndexRef) and sub.name in row:
            key.append(row[sub.name])
        else:
            return True
    return tuple(key) in model.variables[part.name].family.position
