"""The numbers of a model in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from quintet.formulation.columns import columns
from quintet.formulation.wording import counted
from quintet.problem import Severity

if TYPE_CHECKING:
    from quintet.solvers.numerics.ranges import Span
    from quintet.solvers.numerics.report import Numerics
    from quintet.solvers.numerics.scaling import Rescaling
    from quintet.solvers.numerics.switches import BigM

WORDS = {3: "thousand", 6: "million", 9: "billion", -3: "thousandths of", -6: "millionths of"}


def tell(found: Numerics) -> str:
    """The report as text of several short parts."""
    parts = [_head(found), _ranges(found), _families(found), _switches(found), _basis(found)]
    parts += [_units(found), _findings(found), _missing(found)]
    return "\n\n".join(part for part in parts if part)


def size(value: float) -> str:
    """A size to three digits: `0.5`, `1200`, `1.5e+07`."""
    value = abs(value)
    return f"{value:.3g}" if value == 0 or not 1e-3 <= value < 1e6 else f"{value:,.4g}".rstrip(".")


def _head(found: Numerics) -> str:
    title = found.model.formulation.title or "The model"
    counts = f"{found.rows:,} rows, {found.columns:,} columns, {found.coefficients.count:,} coefficients"
    return f"{title}\n{found.problem_class.value} as the solver gets it: {counts}"


def _ranges(found: Numerics) -> str:
    spans = {
        "coefficients": found.coefficients,
        "costs": found.costs,
        "bounds": found.bounds,
        "right sides": found.right_sides,
    }
    rows = [("", "smallest", "at", "largest", "at")]
    for name, span in spans.items():
        if span.least is not None and span.most is not None:
            ends = (size(span.least.value), span.least.place, size(span.most.value), span.most.place)
            rows.append((name, *ends))
    return "\n".join(_table(rows))


def _families(found: Numerics) -> str:
    rows = [("constraints", "rows", "coefficients", "right sides")]
    rows += [(f.name, f"{f.rows:,}", _ends(f.coefficients), _ends(f.right_sides)) for f in found.constraints]
    columns = [("variables", "columns", "coefficients", "costs", "bounds")]
    columns += [
        (f.name, f"{f.columns:,}", _ends(f.coefficients), _ends(f.costs), _ends(f.bounds))
        for f in found.variables
    ]
    return "\n".join([*_table(rows), "", *_table(columns)])


def _ends(span: Span) -> str:
    if span.least is None or span.most is None:
        return "-"
    least, most = size(span.least.value), size(span.most.value)
    return least if least == most else f"{least} … {most}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    return columns(rows, left=range(len(rows[0])), indent="")


def _switches(found: Numerics) -> str:
    if not found.big_ms:
        return ""
    return "\n".join(["Constants M", *(f"  {_switch(big)}" for big in found.big_ms)])


def _switch(big: BigM) -> str:
    rows = counted(big.rows, "row")
    tighter = big.enough is not None and big.enough < 0.999 * abs(big.most.value)
    needed = f", by the bounds {size(big.enough or 0)} is enough" if tighter else ""
    return f"{big.name}: {rows}, up to {size(big.most.value)} ({big.most.place}){needed}"


def _basis(found: Numerics) -> str:
    same = sum(pair.same for pair in found.pairs)
    pairs = "1 pair of rows has" if same == 1 else f"{same:,} pairs of rows have"
    lines = [f"{pairs} the same left side up to a factor."] if same else []
    if found.condition is not None:
        lost = (
            max(0, math.ceil(math.log10(max(1.0, found.condition)))) if math.isfinite(found.condition) else 16
        )
        lines.append(
            f"Condition number of the optimal basis: {size(found.condition)} "
            f"(of 16 digits at most {min(16, lost)} are lost)."
        )
    return "\n".join(lines)


def _units(found: Numerics) -> str:
    plan = found.plan
    if not plan.rescalings:
        return "Nothing to rescale."
    head = (
        f"What to rescale: the range of the coefficients goes from {size(plan.before)} to {size(plan.after)}"
    )
    variables = [_expressed(change) for change in plan.rescalings if change.variable]
    by_factor: dict[float, list[str]] = {}
    for change in plan.rescalings:
        if not change.variable:
            by_factor.setdefault(change.factor, []).append(change.name)
    rows = [_divided(factor, names) for factor, names in by_factor.items()]
    return "\n".join([head, *(f"  {line}" for line in (*variables, *rows))])


def _expressed(change: Rescaling) -> str:
    before, after = (_pair(ends) for ends in (change.before, change.after))
    return f"express {change.name} in {_unit(change.factor, change.unit)}: coefficients {before} → {after}"


def _divided(factor: float, names: Sequence[str]) -> str:
    verb, by = ("divide", factor) if factor > 1 else ("multiply", 1 / factor)
    return f"{verb} both sides of {', '.join(names)} by {by:,.15g}"


def _unit(factor: float, unit: str) -> str:
    """`thousand hl`, `thousandths of hl`, `units of 100`."""
    word = WORDS.get(round(math.log10(factor)))
    if word is None:
        return f"units of {factor:g} {unit}".rstrip()
    return f"{word} {unit}".strip() if unit else word.replace(" of", "") + ("s" if factor > 1 else "")


def _pair(ends: tuple[float, float]) -> str:
    low, high = size(ends[0]), size(ends[1])
    return low if low == high else f"{low} … {high}"


def _findings(found: Numerics) -> str:
    if not found.findings:
        return "No number is out of the ordinary."
    loud = [f for f in found.findings if f.severity is not Severity.INFO]
    quiet = [f for f in found.findings if f.severity is Severity.INFO]
    return "\n".join(f"{f.severity.value}: {f.place}: {f.message} [{f.code}]" for f in (*loud, *quiet))


def _missing(found: Numerics) -> str:
    lines: list[str] = list(_left_out(found.left_out))
    return "\n".join([*lines, *(f"{note[:1].upper()}{note[1:]}" for note in found.notes)])


def _left_out(names: Sequence[str]) -> Iterable[str]:
    if names:
        yield f"Not linear, so not looked at: {', '.join(names)}."
