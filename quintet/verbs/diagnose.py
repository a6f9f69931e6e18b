"""`quintet diagnose`: why there is no plan, or no best one."""

from __future__ import annotations

from typing import Annotated

import typer

from quintet.verbs.parts import Data, Json, Model, say, write
from quintet.verbs.whatif import (
    Add,
    AddElement,
    ChangesFile,
    Drop,
    Fix,
    OtherTable,
    RemoveElement,
    Set,
    read_changes,
)


def diagnose(
    formulation: Model,
    data: Data = None,
    set_: Set = None,
    fix: Fix = None,
    drop: Drop = None,
    add: Add = None,
    add_element: AddElement = None,
    remove_element: RemoveElement = None,
    table: OtherTable = None,
    changes: ChangesFile = None,
    subsets: Annotated[int, typer.Option(help="Most clashes to find, each irreducible.")] = 1,
    time_limit: Annotated[float | None, typer.Option(help="Seconds for all of it.")] = None,
    threads: Annotated[int, typer.Option(help="Threads of a solver.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the solver's random numbers.")] = 0,
    json: Json = False,
) -> None:
    """Say which limits clash when no plan exists, or what grows when the objective has no limit."""
    from quintet.solvers.diagnosis import diagnose as diagnose_model
    from quintet.solvers.options import Options
    from quintet.solvers.outcome import Outcome
    from quintet.solvers.reading import open_formulation
    from quintet.solvers.whatif import apply

    options = Options(time_limit=time_limit, threads=threads, seed=seed)
    made = read_changes(set_, fix, drop, add, add_element, remove_element, table=table, changes_file=changes)
    model = apply(open_formulation(formulation), made, data).bind()
    found = diagnose_model(model, options, subsets=subsets, progress=say)
    write(found.to_json() if json else found.to_text())
    known = found.outcome in (Outcome.INFEASIBLE, Outcome.UNBOUNDED, Outcome.FEASIBLE)
    raise typer.Exit(0 if known else 1)
