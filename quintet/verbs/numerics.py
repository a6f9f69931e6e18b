"""`quintet numerics`: the numbers of a model."""

from __future__ import annotations

from quintet.verbs.parts import Data, Json, Model, report


def numerics(formulation: Model, data: Data = None, json: Json = False) -> None:
    """Look at the numbers of a model, and what to rescale.

    Ranges, constants M, rows in almost one direction, the condition of the optimal basis.
    """
    from quintet.formulation.binding import bind
    from quintet.solvers.numerics import examine
    from quintet.solvers.reading import open_formulation

    report(examine(bind(open_formulation(formulation), data)), json)
