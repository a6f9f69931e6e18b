"""A diagnosis as plain data, for JSON."""

from __future__ import annotations

from typing import Any

from quintet.formulation.document import VERSION
from quintet.solvers.diagnosis.limit import Limit
from quintet.solvers.diagnosis.subset import Diagnosis, FamilyClash, Growth, Subset


def recorded(diagnosis: Diagnosis) -> dict[str, Any]:
    """All of a diagnosis."""
    return {
        "quintet": VERSION,
        "title": diagnosis.title,
        "outcome": diagnosis.outcome.value,
        "message": diagnosis.message,
        "families": None if diagnosis.families is None else _families(diagnosis.families),
        "subsets": [_subset(subset) for subset in diagnosis.subsets],
        "complete": diagnosis.complete,
        "growth": None if diagnosis.growth is None else _growth(diagnosis.growth),
        "seconds": round(diagnosis.seconds, 4),
    }


def _families(clash: FamilyClash) -> dict[str, Any]:
    families = zip(clash.families, clash.doubts, strict=True)
    return {
        "irreducible": clash.irreducible,
        "members": [
            {"kind": kind.value, "name": name, "proven": not doubt, "doubt": doubt}
            for (kind, name), doubt in families
        ],
    }


def _subset(subset: Subset) -> dict[str, Any]:
    members = zip(subset.members, subset.rows, subset.doubts, strict=True)
    return {
        "irreducible": subset.irreducible,
        "integrality_needed": subset.integrality_needed,
        "evidence": subset.evidence.value,
        "proof": subset.proof,
        "weights": list(subset.weights) or None,
        "asked": subset.asked if subset.weights else None,
        "allowed": subset.allowed if subset.weights else None,
        "members": [
            {**limit_record(limit), "row": row, "proven": not doubt, "doubt": doubt}
            for limit, row, doubt in members
        ],
    }


def limit_record(limit: Limit) -> dict[str, Any]:
    """One limit."""
    return {
        "kind": limit.kind.value,
        "name": limit.name,
        "key": list(limit.key),
        "place": limit.place,
        "value": limit.value,
        "kind_of": None if limit.kind_of is None else limit.kind_of.value,
        "sources": list(limit.sources),
    }


def _growth(found: Growth) -> dict[str, Any]:
    return {
        "objective": found.objective,
        "gain": found.gain,
        "unit": found.unit,
        "steps": [
            {"variable": step.variable, "key": list(step.key), "amount": step.amount, "unit": step.unit}
            for step in found.steps
        ],
        "fractional": found.fractional,
        "at_edge": list(found.at_edge),
        "boxes": [{"edge": box.edge, "objective": box.objective} for box in found.boxes],
    }
