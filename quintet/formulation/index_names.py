"""Which letters run over which set: those the document itself uses, else the set's initial."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from quintet.formulation.model import Model, SetData
from quintet.formulation.parser import parse, parse_index, parse_members
from quintet.formulation.schema import Document, SetEntry
from quintet.formulation.tree import Comprehension, Generator, Name, Node, Subscript, TupleOf, walk


class IndexNames:
    """Names the indices that a document leaves without a name, as `index: [Line, Drink]` does.

    Args:
        document: The document.
        model: It bound to its data, if it is; tells how long the members of a set are.
    """

    def __init__(self, document: Document, model: Model | None = None) -> None:
        self._document = document
        self._model = model
        self._taken = {*document.sets, *document.parameters, *document.variables, *document.expressions}
        self._used = _habits(document)

    def named(self, generators: Iterable[Generator]) -> tuple[Generator, ...]:
        """The generators, each with targets."""
        found: list[Generator] = []
        busy: set[str] = set()
        for generator in generators:
            targets = generator.targets or self._targets(generator.domain, busy)
            busy |= set(targets)
            found.append(Generator(targets, generator.domain, generator.conditions, at=generator.at))
        return tuple(found)

    def rows(self, index: str | Sequence[str] | None, place: str) -> tuple[Generator, ...]:
        """The generators of an `index` or `for`, each with targets."""
        return self.named(parse_index(index, place)) if index else ()

    def _targets(self, domain: Node, busy: set[str]) -> tuple[str, ...]:
        name = domain.name if isinstance(domain, Name | Subscript) else ""
        arity = self._arity(name)
        for targets in self._used.get(name, ()):
            if len(targets) == arity and not busy & set(targets):
                return targets
        start = name[:1].lower() if arity == 1 else "i"
        free = self._free(start if start.isalpha() else "i", busy)
        return tuple(next(free) for _ in range(arity))

    def _free(self, start: str, busy: set[str]) -> Iterator[str]:
        alphabet = "abcdefghijklmnopqrstuvwxyz"
        place = alphabet.find(start)
        single = alphabet[place:] + alphabet[:place]
        candidates = [*single, *(f"{letter}{number}" for number in range(1, 10) for letter in single)]
        return (name for name in candidates if name not in busy and name not in self._taken)

    def _arity(self, name: str) -> int:
        bound = self._model.sets.get(name) if self._model is not None else None
        if isinstance(bound, SetData):
            return bound.arity
        entry = self._document.sets.get(name)
        return 1 if entry is None else self._declared_arity(entry)

    def _declared_arity(self, entry: SetEntry) -> int:
        if entry.values:
            return len(entry.values[0]) if isinstance(entry.values[0], tuple) else 1
        if entry.computed is not None:
            node = parse_members(entry.computed)
            body = node.body if isinstance(node, Comprehension) else None
            return len(body.items) if isinstance(body, TupleOf) else 1
        table = self._document.tables.get(entry.table or "")
        return len(table.keys) if table is not None else 1


def _habits(document: Document) -> Mapping[str, Sequence[tuple[str, ...]]]:
    """Per set, the targets that run over it in the document, the most used first."""
    counts: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for generator in _generators(document):
        if isinstance(generator.domain, Name | Subscript) and generator.targets:
            counts[generator.domain.name][generator.targets] += 1
    return {name: [targets for targets, _ in counter.most_common()] for name, counter in counts.items()}


def _generators(document: Document) -> Iterator[Generator]:
    for entry in document.constraints.values():
        yield from parse_index(entry.each) if entry.each else ()
        yield from _inside(parse(entry.expression))
    for entry in document.expressions.values():
        yield from parse_index(entry.index) if entry.index else ()
        yield from _inside(parse(entry.expression))
    for objective in document.objectives:
        yield from _inside(parse(objective.expression)) if objective.expression else ()
    for entry in (*document.variables.values(), *document.parameters.values()):
        yield from parse_index(entry.index) if entry.index else ()


def _inside(node: Node) -> Iterator[Generator]:
    return (part for part in walk(node) if isinstance(part, Generator))
