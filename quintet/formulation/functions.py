"""The functions of the language: how many arguments each takes and of what kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Function:
    """A function's signature.

    Args:
        least: Fewest arguments.
        most: Most arguments, None for any number.
        each: Whether its last argument may be (or, if `least` is 0, must be) a comprehension.
        result: `number`, `element` (of an ordered set) or `truth` (logic).
        group: Which page of the reference explains it.
    """

    least: int
    most: int | None
    each: bool = False
    result: str = "number"
    group: str = "arithmetic"


_ONE = Function(1, 1)
_STEP = Function(1, 2, result="element", group="order")
_LOGIC = Function(1, None, each=True, result="truth", group="logic")
_COUNT = Function(2, None, each=True, result="truth", group="logic")

FUNCTIONS: dict[str, Function] = {
    "sum": Function(1, 1, each=True, group="reductions"),
    "prod": Function(1, 1, each=True, group="reductions"),
    "min": Function(1, None, each=True, group="reductions"),
    "max": Function(1, None, each=True, group="reductions"),
    "abs": _ONE,
    "sqrt": _ONE,
    "exp": _ONE,
    "log": _ONE,
    "log10": _ONE,
    "sin": _ONE,
    "cos": _ONE,
    "tanh": _ONE,
    "floor": _ONE,
    "ceil": _ONE,
    "prev": _STEP,
    "next": _STEP,
    "prevw": _STEP,
    "nextw": _STEP,
    "ord": Function(1, 1, group="order"),
    "card": Function(1, 1, group="order"),
    "first": Function(1, 1, result="element", group="order"),
    "last": Function(1, 1, result="element", group="order"),
    "implies": Function(2, 2, result="truth", group="logic"),
    "iff": Function(2, 2, result="truth", group="logic"),
    "either": _LOGIC,
    "at_least": _COUNT,
    "at_most": _COUNT,
    "exactly": _COUNT,
    "holds": Function(1, 1, group="logic"),
    "all_different": Function(1, None, each=True, result="truth", group="logic"),
    "piecewise": Function(2, 2, group="shape"),
    "sos1": Function(1, 1, each=True, result="truth", group="shape"),
    "sos2": Function(1, 1, each=True, result="truth", group="shape"),
    "no_overlap": Function(1, 1, each=True, result="truth", group="scheduling"),
    "cumulative": Function(2, 2, each=True, result="truth", group="scheduling"),
    "circuit": Function(1, 1, each=True, result="truth", group="scheduling"),
    "element": Function(2, 2, group="scheduling"),
}

REDUCTIONS = ("sum", "prod", "min", "max")
ORDERED = ("prev", "next", "prevw", "nextw", "ord")
"""Functions of an element of an ordered set; resolved calls carry the set as first argument."""
OF_SETS = ("card", "first", "last")
DATA_ONLY = ("floor", "ceil", *ORDERED, *OF_SETS)
KEYWORDS = {"piecewise": ("left", "right")}
