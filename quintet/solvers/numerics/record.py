"""The numbers of a model as one JSON-ready document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintet.formulation.document import VERSION
from quintet.formulation.record import finite

if TYPE_CHECKING:
    from quintet.solvers.numerics.ranges import Extreme, Span
    from quintet.solvers.numerics.report import Numerics


def record(found: Numerics) -> dict[str, Any]:
    """Everything as plain dictionaries, lists, texts and numbers."""
    return {
        "quintet": VERSION,
        "title": found.model.formulation.title,
        "class": found.problem_class.value,
        "rows": found.rows,
        "columns": found.columns,
        "coefficients": _span(found.coefficients),
        "costs": _span(found.costs),
        "bounds": _span(found.bounds),
        "right_sides": _span(found.right_sides),
        "constraints": [
            {
                "name": family.name,
                "rows": family.rows,
                "coefficients": _span(family.coefficients),
                "right_sides": _span(family.right_sides),
            }
            for family in found.constraints
        ],
        "variables": [
            {
                "name": family.name,
                "columns": family.columns,
                "unit": family.unit,
                "coefficients": _span(family.coefficients),
                "costs": _span(family.costs),
                "bounds": _span(family.bounds),
            }
            for family in found.variables
        ],
        "big_ms": [
            {"name": m.name, "rows": m.rows, "most": _extreme(m.most), "enough": m.enough, "leak": m.leak}
            for m in found.big_ms
        ],
        "pairs": [{"first": p.first, "second": p.second, "apart": p.apart} for p in found.pairs],
        "condition": finite(found.condition),
        **_plan(found),
        "findings": [
            {"code": f.code, "severity": f.severity.value, "place": f.place, "message": f.message}
            for f in found.findings
        ],
        "left_out": list(found.left_out),
        "notes": list(found.notes),
        "seconds": round(found.seconds, 4),
    }


def _plan(found: Numerics) -> dict[str, Any]:
    changes = [
        {
            "kind": "variable" if change.variable else "constraint",
            "name": change.name,
            "factor": change.factor,
            "unit": change.unit,
            "before": list(change.before),
            "after": list(change.after),
        }
        for change in found.plan.rescalings
    ]
    return {"rescale": changes, "range_before": found.plan.before, "range_after": found.plan.after}


def _span(span: Span) -> dict[str, Any]:
    return {"count": span.count, "least": _extreme(span.least), "most": _extreme(span.most)}


def _extreme(extreme: Extreme | None) -> dict[str, Any] | None:
    return None if extreme is None else {"value": extreme.value, "place": extreme.place}
