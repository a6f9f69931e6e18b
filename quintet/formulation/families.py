"""The keys of a family: the rows that its index declares."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quintet.errors import SizeError
from quintet.formulation.declarations import Component
from quintet.formulation.environment import Environment
from quintet.formulation.generation import fixing, flat
from quintet.formulation.model import Family, Ids, Universe
from quintet.formulation.printer import index_text
from quintet.formulation.scalar import expand
from quintet.formulation.tree import Element, Generator, SetRef

ROW_LIMIT = 10_000_000
"""Most rows of one family. A model of that many columns takes about 4 GB before a solver sees it."""


@dataclass(frozen=True)
class Indexed:
    """What an `index` or `for` declares: the rows, the resolved generators, the index names."""

    family: Family
    generators: tuple[Generator, ...]
    indices: Mapping[str, Component]

    @property
    def components(self) -> tuple[Component, ...]:
        """Where the elements of each key component come from."""
        return tuple(self.indices[name] for name in self.family.names)


def scalar_family(universe: Universe) -> Family:
    """One row, no components."""
    return Family((), np.zeros((1, 0), dtype=np.int64), universe)


def build_family(
    generators: Sequence[Generator], environment: Environment, universe: Universe, place: str
) -> Family:
    """All rows that resolved generators give, in their order.

    Args:
        generators: Resolved, with targets.
        environment: Where the sets are.
        universe: Gives the ids.
        place: Path of keys in the document, for messages.

    Raises:
        SizeError: More rows than `ROW_LIMIT`; names the widest index.
        DataError: A filter can't be evaluated.
    """
    names = tuple(name for generator in generators for name in generator.targets)
    refuse_too_many(generators, environment, place)
    if all(_plain(generator) for generator in generators):
        return Family(names, _product(generators, environment, universe), universe)
    return Family(names, _filtered(generators, names, environment, universe, place), universe)


def refuse_too_many(
    generators: Sequence[Generator], environment: Environment, place: str, rows: int = 1
) -> int:
    """The rows that a walk over the generators would visit, `rows` times over.

    Only a filter that fixes an index counts as narrowing: it is a look-up, any other visits all.

    Raises:
        SizeError: More than `ROW_LIMIT`.
    """
    sizes = [1 if _sliced(generator) else _size(generator, environment) for generator in generators]
    total = rows * math.prod(sizes)
    if total <= ROW_LIMIT:
        return total
    widest = max(zip(sizes, generators, strict=True), key=lambda pair: pair[0])[1]
    raise SizeError(
        f"{index_text(generators)!r} visits {total:,} rows, more than {ROW_LIMIT:,}",
        place=place,
        remedy=f"filter its widest index: 'for {index_text([widest])} if …'",
    )


def _plain(generator: Generator) -> bool:
    return (
        not generator.conditions and isinstance(generator.domain, SetRef) and not generator.domain.subscripts
    )


def _sliced(generator: Generator) -> bool:
    return any(fixing(condition, generator.targets) for condition in flat(generator.conditions))


def _size(generator: Generator, environment: Environment) -> int:
    domain = generator.domain
    if isinstance(domain, SetRef) and all(isinstance(sub, Element) for sub in domain.subscripts):
        key = tuple(sub.value for sub in domain.subscripts if isinstance(sub, Element))
        return len(environment.members(domain.name, key))
    return 1


def _product(generators: Sequence[Generator], environment: Environment, universe: Universe) -> Ids:
    parts = [_member_ids(generator, environment, universe) for generator in generators]
    grids = np.indices([len(part) for part in parts]).reshape(len(parts), -1)
    return np.hstack([part[rows] for part, rows in zip(parts, grids, strict=True)])


def _member_ids(generator: Generator, environment: Environment, universe: Universe) -> Ids:
    assert isinstance(generator.domain, SetRef)
    keys = environment.members(generator.domain.name).keys
    return ids_of(keys, len(generator.targets), universe)


def ids_of(keys: Sequence[tuple[int | str, ...]], arity: int, universe: Universe) -> Ids:
    """Keys as ids, shape (keys, arity); new elements enter the universe."""
    flat = [universe.add(element) for key in keys for element in key]
    return np.array(flat, dtype=np.int64).reshape(len(keys), arity)


def _filtered(
    generators: Sequence[Generator],
    names: tuple[str, ...],
    environment: Environment,
    universe: Universe,
    place: str,
) -> Ids:
    flat: list[int] = []
    rows = 0
    for indices in expand(tuple(generators), environment)({}):
        rows += 1
        if rows > ROW_LIMIT:
            raise SizeError(
                f"{index_text(generators)!r} gives more than {ROW_LIMIT:,} rows",
                place=place,
                remedy="filter it further",
            )
        flat.extend(universe.add(indices[name]) for name in names)
    return np.array(flat, dtype=np.int64).reshape(rows, len(names))
