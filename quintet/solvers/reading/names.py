"""Names for what is declared, none of them taken, and index names that nothing declared has."""

from __future__ import annotations

import keyword
import re

from quintet.formulation.functions import FUNCTIONS


class Names:
    """The names that a formulation declares; sets, parameters, variables and expressions share them."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def fresh(self, wanted: str) -> str:
        """`wanted`, with `_` and a number behind it if it is taken or means something else."""
        name, number = wanted, 1
        while name in self._taken or name in FUNCTIONS or keyword.iskeyword(name):
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name

    def index(self, letter: str, arity: int) -> tuple[str, ...]:
        """Index names `c` or `c1`, `c2` …, the letter doubled until no family is called like that.

        To be asked for once the families have their names.
        """
        while any(re.fullmatch(f"{letter}+[0-9]*", name) for name in self._taken):
            letter = f"{letter}_"
        return (letter,) if arity == 1 else tuple(f"{letter}{place}" for place in range(1, arity + 1))


def capitalised(name: str) -> str:
    """The name of a set made from that of a family: `Ship` of `ship`."""
    return name[0].upper() + name[1:]


def ranged(indices: tuple[str, ...], domain: str) -> str:
    """`c in Column`, or `(c1, c2) in Ship`."""
    return f"{indices[0] if len(indices) == 1 else '(' + ', '.join(indices) + ')'} in {domain}"


def at(name: str, *indices: str) -> str:
    """`ship[c1, c2]`."""
    return f"{name}[{', '.join(indices)}]"
