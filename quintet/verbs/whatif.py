"""`quintet whatif`: the answer under changes, and over a range of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quintet.verbs.changes import (
    Add,
    AddElement,
    ChangesFile,
    Drop,
    Fix,
    Objective,
    OtherData,
    OtherTable,
    RemoveElement,
    Set,
    read_changes,
)
from quintet.verbs.parts import (
    Gap,
    Json,
    Model,
    Seed,
    SolverName,
    Texts,
    Threads,
    counter,
    report,
    say,
    solver_options,
    write,
)

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation
    from quintet.solvers.options import Options
    from quintet.solvers.whatif import Change, Sweep


def whatif(
    formulation: Model,
    set_: Set = None,
    fix: Fix = None,
    drop: Drop = None,
    add: Add = None,
    add_element: AddElement = None,
    remove_element: RemoveElement = None,
    data: OtherData = None,
    table: OtherTable = None,
    objective: Objective = None,
    changes: ChangesFile = None,
    sweep: Annotated[
        Texts,
        typer.Option(
            "--sweep", metavar="NAME=FROM:TO:COUNT", help="Once or twice; COUNTlog, or VALUE,VALUE,…."
        ),
    ] = None,
    watch: Annotated[
        Texts, typer.Option("--watch", metavar="NAME[key]", help="A decision or named expression to follow.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Write the sweep to a PNG, SVG or HTML file.")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the sweep to a CSV file.")] = None,
    workers: Annotated[
        int | None, typer.Option(help="Points of a sweep at a time; default: as many as pay.")
    ] = None,
    own_data: Annotated[
        Path | None, typer.Option("--own-data", help="Folder of the tables before the changes.")
    ] = None,
    solver: SolverName = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds of wall time for each solve.")] = None,
    gap: Gap = 0.0,
    threads: Threads = 1,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Compare the answers before and after some changes.

    Or sweep over one or two parameters. The file is not touched.
    """
    from quintet.formulation.files import require_folder
    from quintet.solvers.reading import open_formulation

    made = read_changes(
        set_, fix, drop, add, add_element, remove_element, data, table, objective, changes_file=changes
    )
    options = solver_options(time_limit, threads, seed, gap=gap)
    _refuse_loose(made, sweep, watch, plot, csv, workers)
    if csv is not None:
        require_folder(csv)
    document = open_formulation(formulation)
    if not sweep:
        _compare(document, str(formulation), made, own_data, options, solver, json)
        return
    found = _swept(document, sweep, made, watch, own_data, options, solver, workers, plot)
    _write(found, plot, csv)
    report(found, json, answered=any(point.outcome.solved for point in found.points))


def _refuse_loose(made: Iterable[Change], sweep: Texts, *others: object) -> None:
    """Options of a sweep without one, or nothing asked at all."""
    names = ("--watch", "--plot", "--csv", "--workers")
    loose = [name for name, given in zip(names, others, strict=True) if given]
    if loose and not sweep:
        raise typer.BadParameter("belongs to a sweep, and there is no --sweep", param_hint=loose[0])
    if not made and not sweep:
        raise typer.BadParameter(
            "nothing is changed; give --set, --fix, --drop, --add … or --sweep", param_hint="whatif"
        )


def _compare(
    document: Formulation,
    file: str,
    made: tuple[Change, ...],
    own_data: Path | None,
    options: Options,
    solver: str | None,
    json: bool,
) -> None:
    from quintet.solvers.whatif import whatif as compare

    say("solving without the changes and with them")
    found = compare(document, made, data=own_data, options=options, solver=solver)
    write(found.to_json() if json else found.to_text(file))
    raise typer.Exit(0 if found.solved else 1)


def _swept(
    document: Formulation,
    axes: list[str],
    made: tuple[Change, ...],
    watch: Texts,
    own_data: Path | None,
    options: Options,
    solver: str | None,
    workers: int | None,
    plot: Path | None,
) -> Sweep:
    from quintet.solvers.whatif import read_axis, sweep
    from quintet.solvers.whatif.plot import check_suffix

    read = [read_axis(text) for text in axes]
    if plot is not None:
        check_suffix(plot)
    return sweep(
        document,
        read,
        changes=made,
        watch=watch or (),
        data=own_data,
        options=options,
        solver=solver,
        workers=workers,
        progress=counter("points"),
    )


def _write(found: Sweep, plot: Path | None, csv: Path | None) -> None:
    from quintet.formulation.files import write_text

    if csv is not None:
        write_text(csv, found.to_csv())
    if plot is not None:
        found.plot(plot)
