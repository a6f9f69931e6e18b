"""`quintet diagnose`: why there is no plan, or no best one."""

from __future__ import annotations

from typing import Annotated

import typer

from quintet.verbs.changes import (
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
from quintet.verbs.parts import Data, Json, Model, Seed, Threads, TimeLimit, report, say, solver_options


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
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Say which limits clash, or what grows without limit.

    For a model that has no plan, or none that is the best. The changes are those of `quintet whatif`.
    """
    from quintet.solvers.diagnosis import diagnose as diagnose_model
    from quintet.solvers.outcome import Outcome
    from quintet.solvers.reading import open_formulation
    from quintet.solvers.whatif import apply

    options = solver_options(time_limit, threads, seed)
    made = read_changes(set_, fix, drop, add, add_element, remove_element, table=table, changes_file=changes)
    model = apply(open_formulation(formulation), made, data).bind()
    found = diagnose_model(model, options, subsets=subsets, progress=say)
    known = found.outcome in (Outcome.INFEASIBLE, Outcome.UNBOUNDED, Outcome.FEASIBLE)
    report(found, json, answered=known)
