"""A solution of a rewritten model, told in the formulation's own variables and constraints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from quintet.formulation.model import Floats, Model
from quintet.formulation.schema import Sense
from quintet.formulation.tree import Quotient, walk
from quintet.solvers.rows.at_point import AtPoint
from quintet.solvers.rows.links import varying
from quintet.solvers.solution import Solution


def restricted(solution: Solution, model: Model) -> Solution:
    """The solution as one of `model`, whose variables and constraints the solved model extends.

    The objective is worked out again at the point: a variable that stands for a maximum may be
    larger than the maximum where the solver stopped early.

    Args:
        solution: Of `rewrite(model)`, or of `model` itself: then it is returned as it is.
        model: The model that was asked about.
    """
    if solution.model is model:
        return solution
    point = _only(solution.point, model.variables)
    objective = solution.objective
    if point is not None and objective is not None and model.objectives[0].sense is not Sense.SATISFY:
        objective = AtPoint(model, point).objective()
    return replace(
        solution,
        model=model,
        objective=objective,
        point=point,
        duals=_only(solution.duals, _of_their_own(model)),
        reduced_costs=_only(solution.reduced_costs, model.variables),
        ray=_only(solution.ray, model.variables),
        findings=tuple(f for f in solution.model.findings if f not in model.findings),
    )


def _of_their_own(model: Model) -> Mapping[str, object]:
    """Constraints whose dual is by their own right-hand side: not those with a ratio, multiplied out."""
    return {
        name: constraint
        for name, constraint in model.constraints.items()
        if not any(isinstance(p, Quotient) and varying(model, p.denominator) for p in walk(constraint.tree))
    }


def _only(values: Mapping[str, Floats] | None, names: Mapping[str, object]) -> Mapping[str, Floats] | None:
    """Those of the model's own; a logical constraint has rows of other names, and no duals."""
    return None if values is None else {name: values[name] for name in names if name in values}
