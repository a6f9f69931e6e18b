"""Why there is no plan, or no best one: irreducible infeasible subsets and directions of growth."""

from __future__ import annotations

from quintet.solvers.diagnosis.diagnosis import diagnose, irreducible_subset
from quintet.solvers.diagnosis.limit import Limit, LimitKind, limits
from quintet.solvers.diagnosis.subset import Diagnosis, Evidence, FamilyClash, Growth, Subset

__all__ = [
    "Diagnosis",
    "Evidence",
    "FamilyClash",
    "Growth",
    "Limit",
    "LimitKind",
    "Subset",
    "diagnose",
    "irreducible_subset",
    "limits",
]
