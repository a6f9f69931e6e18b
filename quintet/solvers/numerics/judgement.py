"""What can go wrong with the numbers of a model, and the remedy.

The limits are those of the solver Quintet asks first (HiGHS: feasibility 1e-7 for rows and bounds and
1e-7 for reduced costs, 1e-6 for whole numbers, all absolute) and of arithmetic with 16 digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from quintet.formulation.model import Floats
from quintet.problem import Finding, Severity
from quintet.solvers.arrays import INTEGRAL, Arrays
from quintet.solvers.numerics.parallels import Pair
from quintet.solvers.numerics.places import Places
from quintet.solvers.numerics.ranges import Span
from quintet.solvers.numerics.report import Numerics
from quintet.solvers.session import LARGEST_COEFFICIENT

WIDE = 1e9
"""A range of coefficients or costs beyond which a solver's tolerance hides the small ones."""
TINY = 1e-9
"""A coefficient below this is dropped by most solvers."""
ABSOLUTE = 1e-7
"""HiGHS's tolerances of rows, bounds and reduced costs."""
HUGE = 1e9
"""1e-7 of a number of this size is the last of its 16 digits."""
LARGE_M = 1e6
"""From here on a binary that is 0 but for the tolerance switches on a whole unit."""
WHOLE = 2.0**31
"""A whole variable beyond this is out of reach of branching."""
ILL = 1e10
"""A basis with this condition number leaves 6 of 16 digits."""


def findings_of(found: Numerics, arrays: Arrays, places: Places, seconds: float) -> Numerics:
    """The report with its findings."""
    told = [
        *_coefficients(found.coefficients),
        *_costs(found.costs),
        *_sides(found.right_sides, "right side"),
        *_sides(found.bounds, "bound"),
        *_whole(arrays, places),
        *_narrow(arrays, places),
        *_big_ms(found),
        *_pairs(found),
        *_condition(found.condition),
    ]
    return replace(found, findings=tuple(told), seconds=seconds)


def _warning(code: str, place: str, message: str) -> Finding:
    return Finding(code, Severity.WARNING, place, message)


def _coefficients(span: Span) -> Iterator[Finding]:
    if span.least is None or span.most is None:
        return
    if abs(span.most.value) >= LARGEST_COEFFICIENT:
        message = f"the coefficient {span.most.value:g} is more than HiGHS takes; use larger units"
        yield _warning("coefficient-huge", span.most.place, message)
    if abs(span.least.value) < TINY:
        message = f"the coefficient {span.least.value:g} is one that solvers take for 0; use smaller units"
        yield _warning("coefficient-tiny", span.least.place, message)
    if span.ratio > WIDE:
        message = (
            f"coefficients reach from {abs(span.least.value):g} to {abs(span.most.value):g} "
            f"({span.most.place}); bring the units closer together"
        )
        yield _warning("coefficient-range", span.least.place, message)


def _costs(span: Span) -> Iterator[Finding]:
    if span.least is None or span.most is None:
        return
    if abs(span.least.value) < ABSOLUTE:
        message = f"the cost {span.least.value:g} is below the tolerance of 1e-7 and may not count"
        yield _warning("cost-tiny", span.least.place, f"{message}; use a smaller unit for the objective")
    if span.ratio > WIDE:
        message = (
            f"costs reach from {abs(span.least.value):g} to {abs(span.most.value):g} ({span.most.place}); "
            "put what matters less on a level of its own (priority)"
        )
        yield _warning("cost-range", span.least.place, message)


def _sides(span: Span, what: str) -> Iterator[Finding]:
    if span.least is None or span.most is None:
        return
    if abs(span.least.value) < ABSOLUTE:
        message = f"the {what} {span.least.value:g} is 0 to a solver with a tolerance of 1e-7"
        yield _warning(f"{what.replace(' ', '-')}-tiny", span.least.place, f"{message}; use smaller units")
    if abs(span.most.value) >= HUGE:
        remedy = "use larger units" if what == "right side" else "use larger units, or null if it is none"
        message = f"of the {what} {span.most.value:g} a tolerance of 1e-7 is the last of 16 digits; {remedy}"
        yield _warning(f"{what.replace(' ', '-')}-huge", span.most.place, message)


def _whole(arrays: Arrays, places: Places) -> Iterator[Finding]:
    """Whole variables that may be so large that a fraction of them is lost."""
    ends = np.maximum(_finite(arrays.column_lower), _finite(arrays.column_upper))
    large = np.flatnonzero((arrays.integrality == INTEGRAL) & (ends >= WHOLE))
    if len(large):
        worst = int(large[np.argmax(ends[large])])
        exact = " beyond 2**53 whole numbers are no longer exact;" if ends[worst] > 2.0**53 else ""
        message = f"a whole variable with a bound of {ends[worst]:g};{exact} make it continuous"
        yield _warning("integer-huge", places.column(worst), f"{message}, or use larger units")


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), np.abs(values), 0.0)


def _narrow(arrays: Arrays, places: Places) -> Iterator[Finding]:
    sides = (
        (arrays.column_lower, arrays.column_upper, places.column),
        (arrays.row_lower, arrays.row_upper, places.row),
    )
    for lower, upper, place in sides:
        with np.errstate(invalid="ignore"):  # inf - inf
            width = upper - lower
        narrow = np.flatnonzero((width > 0) & (width < ABSOLUTE))
        if len(narrow):
            at = int(narrow[0])
            message = (
                f"its ends are {width[at]:g} apart, less than the tolerance of 1e-7; make it an equation"
            )
            yield _warning("range-narrow", place(at), message)


def _big_ms(found: Numerics) -> Iterator[Finding]:
    for big in found.big_ms:
        size = abs(big.most.value)
        enough = f"; its bounds say that {big.enough:g} is enough" if big.loose and big.enough else ""
        if size >= LARGE_M:
            message = (
                f"the constant {size:g}: a binary that is 1e-6, which counts as 0, lets {big.leak:g} through"
            )
            yield _warning(
                "large-m", big.most.place, message + (enough or "; tighten bounds or use other units")
            )
        elif enough:
            yield Finding("loose-m", Severity.INFO, big.most.place, f"the constant {size:g} is loose{enough}")


def _pairs(found: Numerics) -> Iterator[Finding]:
    by_family: dict[tuple[str, str], list[Pair]] = {}
    for pair in found.pairs:
        if not pair.same:
            by_family.setdefault(pair.families, []).append(pair)
    for pairs in by_family.values():
        first = min(pairs, key=lambda pair: pair.apart)
        more = f", and {len(pairs) - 1:,} more pairs of these families" if len(pairs) > 1 else ""
        message = (
            f"points in almost the direction of {first.first} ({first.apart:.2g} apart){more}; say it once"
        )
        yield _warning("rows-parallel", first.second, message)


def _condition(condition: float | None) -> Iterator[Finding]:
    if condition is not None and condition >= ILL:
        message = (
            f"the condition number of the optimal basis is {condition:.2g}: of 16 digits about "
            f"{max(0, 16 - int(np.log10(condition)))} are left; look at ranges and parallel rows"
        )
        yield _warning("ill-conditioned", "constraints", message)
