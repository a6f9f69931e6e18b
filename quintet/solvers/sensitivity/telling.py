"""What matters, as text: limits first, then costs, then the data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from quintet.formulation.columns import columns
from quintet.formulation.schema import Sense
from quintet.formulation.wording import counted, more, number, signed, with_unit
from quintet.solvers.sensitivity.result import CostRange, Method, ParameterPrice, Price, Sensitivity

ROWS = 20
"""Lines of one part; the rest is counted."""
_BEST = {Sense.MINIMIZE: "Minimum", Sense.MAXIMIZE: "Maximum", Sense.SATISFY: "Plan"}


def tell(found: Sensitivity) -> str:
    """Everything that matters, in parts of a few lines."""
    parts = [_head(found), _limits(found), _fixed(found), _costs(found), _parameters(found)]
    parts.append("\n".join(found.notes))
    return "\n\n".join(part for part in parts if part)


def _head(found: Sensitivity) -> str:
    title = found.model.formulation.title or ""
    if found.objective is None:
        return title
    first = found.model.objectives[0]
    best = f"{_BEST[first.sense]} {first.name}: {with_unit(number(found.objective), found.unit)}"
    return f"{title}\n{best}".strip()


# limits


def _limits(found: Sensitivity) -> str:
    if not found.prices:
        return ""
    prices = [price for price in found.prices if price.matters]
    idle = [price for price in found.prices if not price.matters and price.left is not None]
    title = f"What the limits are worth{_in(found)}"
    head = ["", "limit", *_ways(found.prices), ""]
    lines = _table([_line(price) for price in _weightiest(prices)], head) if prices else []
    return "\n".join([title, *lines, *_more(len(prices), "limit"), *_idle(idle, bool(prices))])


def _ways(prices: Sequence[Price | ParameterPrice]) -> tuple[str, str]:
    """Titles of the two changes: rates, or what one step gave."""
    if any(price.step is None for price in prices):
        return "per unit less", "per unit more"
    return "one less", "one more"


def _in(found: Sensitivity) -> str:
    return f", in {found.unit}" if found.unit else ""


def _weightiest(prices: Sequence[Price]) -> list[Price]:
    """The first of the document if all find room, else those that weigh most."""
    if len(prices) <= ROWS:
        return list(prices)
    kept = sorted(prices, key=lambda p: -_weight(p.left, p.right) * max(1.0, abs(p.value)))[:ROWS]
    return [price for price in prices if price in kept]


def _weight(left: float | None, right: float | None) -> float:
    sizes = [abs(side) for side in (left, right) if side is not None and math.isfinite(side)]
    return max(sizes, default=0.0)


def _line(price: Price) -> list[str]:
    value = with_unit(number(price.value), price.unit_of_limit)
    less, more = _changes(price.left, price.right, price.step)
    return [price.place, f"{price.sign} {value}", less, more, _holds(price)]


def _changes(left: float | None, right: float | None, step: float | None) -> tuple[str, str]:
    """Change of the objective for one less and one more, or over the step that was taken."""
    size = step or 1.0
    less = None if left is None else -left * size
    return _change(less), _change(None if right is None else right * size)


def _change(value: float | None) -> str:
    if value is None:
        return "?"
    return "no plan" if math.isinf(value) else signed(value)


def _holds(price: Price) -> str:
    if price.method is Method.RESOLVED:
        return "" if price.step == 1 else f"(steps of {number(price.step or 0)})"
    said = _span(price.range_left, price.range_right, "from", "to", "holds ")
    ends = []
    if price.least is not None and math.isfinite(price.least):
        ends.append(f"no plan below {number(price.least)}")
    if price.most is not None and math.isfinite(price.most):
        ends.append(f"no plan above {number(price.most)}")
    return "; ".join(part for part in (said, *ends) if part)


def _span(low: float | None, high: float | None, start: str, end: str, verb: str = "") -> str:
    parts = []
    if low is not None and math.isfinite(low):
        parts.append(f"{start} {number(low)}")
    if high is not None and math.isfinite(high):
        parts.append(f"{end} {number(high)}")
    return verb + " ".join(parts) if parts else ""


def _idle(prices: Sequence[Price], others: bool) -> Iterable[str]:
    if not prices:
        return
    count = counted(len(prices), "other limit" if others else "limit")
    loose = sum(1 for price in prices if not price.binding)
    room = " and have room" if loose == len(prices) and loose > 1 else ""
    room = " and has room" if loose == len(prices) == 1 else room
    verb = "changes" if len(prices) == 1 else "change"
    yield f"  {count} {verb} nothing by {_little(prices)} more or less{room}."


def _little(prices: Sequence[Price | ParameterPrice]) -> str:
    """How far a change was looked at: a rate of 0 says nothing of a whole unit."""
    return "a little" if any(price.step is None for price in prices) else "one"


def _more(count: int, noun: str) -> Iterable[str]:
    if count > ROWS:
        yield f"  {more(count - ROWS, noun)}"


def _fixed(found: Sensitivity) -> str:
    fixed = found.fixed_integers
    if fixed is None:
        return ""
    title = (
        f"With all whole decisions held where they are (not what the problem itself would give){_in(found)}"
    )
    prices = _weightiest(fixed.prices)
    head = ["", "limit", *_ways(fixed.prices), ""]
    lines = _table([_line(price) for price in prices], head) if prices else ["  no limit is worth anything"]
    still = f"  At {counted(fixed.still, 'more limit')} nothing can move." if fixed.still else ""
    return "\n".join([title, *lines, *_more(len(fixed.prices), "limit"), *([still] if still else [])])


# costs


def _costs(found: Sensitivity) -> str:
    known = [cost for cost in found.costs if cost.lower is not None or cost.upper is not None]
    if not known:
        return ""
    used = [cost for cost in known if number(cost.value) != "0"]
    shown = (used or known)[:ROWS]
    lines = _table([_cost_line(cost) for cost in shown], ["", "plan", "coefficient", "stays the best", ""])
    rest = len(known) - len(shown)
    others = "others" if len(used) > ROWS else "decisions that are 0"
    rest_line = [f"  … and {rest:,} of {others} (--json has them all)"] if rest else []
    return "\n".join(
        ["This plan stays the best while a coefficient of the objective keeps to", *lines, *rest_line]
    )


def _cost_line(cost: CostRange) -> list[str]:
    low, high = _end(cost.lower, "any lower"), _end(cost.upper, "any higher")
    return [cost.place, number(cost.value), with_unit(number(cost.cost), cost.unit), f"{low} to {high}", ""]


def _end(value: float | None, endless: str) -> str:
    if value is None:
        return "?"
    return endless if math.isinf(value) else number(value)


# the data


def _parameters(found: Sensitivity) -> str:
    felt = [effect for effect in found.parameters if effect.matters]
    if not felt:
        return ""
    ordered = sorted(felt, key=lambda e: -_weight(e.left, e.right) * (abs(e.value) or 1.0))[:ROWS]
    lines = _table([_parameter_line(effect) for effect in ordered], ["", "is", *_ways(felt), ""])
    title = f"What the numbers of the data are worth{_in(found)}, those that weigh most first"
    return "\n".join([title, *lines, *_more(len(felt), "number"), *_idle_numbers(found)])


def _idle_numbers(found: Sensitivity) -> Iterable[str]:
    idle = [effect for effect in found.parameters if not effect.matters]
    half = sum(1 for effect in idle if effect.left is None or effect.right is None)
    ways = {f"by {_little(idle)} more or less": len(idle) - half, "on the one side that was tried": half}
    for how, count in ways.items():
        if count:
            verb = "changes" if count == 1 else "change"
            yield f"  {counted(count, 'other number')} {verb} nothing {how}."


def _parameter_line(effect: ParameterPrice) -> list[str]:
    less, more = _changes(effect.left, effect.right, effect.step)
    step = "" if effect.step in (None, 1.0) else f"(steps of {number(effect.step or 0)})"
    value = with_unit(number(effect.value), effect.unit_of_parameter)
    return [effect.place, value, less, more, step or _how(effect)]


def _how(effect: ParameterPrice) -> str:
    return "(by small steps)" if effect.method is Method.STEPS else ""


def _table(rows: Sequence[Sequence[str]], head: Sequence[str]) -> list[str]:
    """Rows under their titles; all but the first and the last column are set flush right."""
    return columns([head, *rows], left=(0, len(head) - 1))
