"""Special ordered sets as conditions (Beale and Tomlin, 1970): who may be other than 0.

`sos1`: one expression at most. `sos2`: two at most, and then neighbours; a binary for every pair of
neighbours chooses the pair.
"""

from __future__ import annotations

from collections.abc import Sequence

from quintet.formulation.tree import Node, Number
from quintet.solvers.rewriting.comparisons import Comparisons
from quintet.solvers.rewriting.conditions import Condition, all_of, any_of, at_least
from quintet.solvers.rewriting.encoding import Encoding

ZERO = Number(0)


def special(
    name: str, items: Sequence[Node], comparisons: Comparisons, encoding: Encoding, *, negated: bool
) -> Condition:
    """`sos1` or `sos2` over expressions without open indices, or its opposite.

    Args:
        name: Which of the two.
        items: The expressions, in order.
        comparisons: Reads the comparisons with 0.
        encoding: Where the binaries that choose go.
        negated: Ask for the opposite.

    Raises:
        DataError: The opposite is asked for, and the values are continuous.
    """
    found = [comparisons.link("!=" if negated else "==", item, ZERO, {}) for item in items]
    if name == "sos1":
        return at_least(2, found) if negated else at_least(len(found) - 1, found)
    if negated:
        distant = [(i, j) for i in range(len(found)) for j in range(i + 2, len(found))]
        return any_of(all_of([found[i], found[j]]) for i, j in distant)
    return _neighbours(found, encoding)


def _neighbours(zeros: Sequence[Condition], encoding: Encoding) -> Condition:
    """All are 0 but those of the pair that is chosen."""
    if len(zeros) < 3:
        return True
    pairs = [encoding.fresh() for _ in zeros[1:]]
    one = at_least(len(pairs) - 1, [pair.opposite for pair in pairs])
    return all_of([one, *(any_of([*pairs[max(0, i - 1) : i + 1], zero]) for i, zero in enumerate(zeros))])
