"""`prev next prevw nextw ord first last card`: functions of ordered sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from quintet.formulation.arithmetic import Undefined
from quintet.formulation.environment import Environment, Indices, Members, Scalar
from quintet.formulation.functions import ORDERED
from quintet.formulation.generation import Build, domain
from quintet.formulation.model import Key
from quintet.formulation.tree import Call, Number


def build(node: Call, environment: Environment, build: Build) -> Scalar:
    """Compile a resolved call: its first argument is the set, then the element and the steps."""
    members = domain(node.arguments[0], environment, build)
    if node.function not in ORDERED:
        function = OF_SET[node.function]
        return lambda indices: function(members(indices))
    element = build(node.arguments[1], environment)
    steps = build(node.arguments[2] if len(node.arguments) > 2 else Number(1), environment)
    return _ordered(node.function, members, element, steps)


def _ordered(name: str, members: Callable[[Indices], Members], element: Scalar, steps: Scalar) -> Scalar:
    if name == "ord":
        return lambda indices: _place(members(indices), element(indices)) + 1
    sign, wraps = (-1 if name.startswith("prev") else 1), name.endswith("w")

    def stepped(indices: Indices) -> object:
        chosen, start = members(indices), element(indices)
        return _step(chosen, start, sign * _whole(steps(indices)), wraps=wraps)

    return stepped


def _place(members: Members, element: Any) -> int:
    key = element if isinstance(element, tuple) else (element,)
    place = members.position.get(key)
    if place is None:
        raise Undefined(f"{element!r} is not in the set")
    return place


def _whole(steps: float) -> int:
    if steps != int(steps):
        raise Undefined(f"{steps:g} steps are not whole")
    return int(steps)


def _step(members: Members, element: Any, steps: int, *, wraps: bool) -> object:
    place = _place(members, element) + steps
    if wraps:
        place %= len(members)
    elif not 0 <= place < len(members):
        raise Undefined(
            f"there is no element {steps:+d} from {element!r}",
            remedy="exclude it by a filter, or use prevw and nextw to go round",
        )
    return _bare(members.keys[place])


def _bare(key: Key) -> object:
    return key[0] if len(key) == 1 else key


def _end(place: int) -> Callable[[Members], object]:
    def end(members: Members) -> object:
        if not len(members):
            raise Undefined("the set is empty")
        return _bare(members.keys[place])

    return end


OF_SET: dict[str, Callable[[Members], object]] = {"first": _end(0), "last": _end(-1), "card": len}
