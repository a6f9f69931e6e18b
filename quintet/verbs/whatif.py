"""`quintet whatif`: the answer under changes, and over a range of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation
    from quintet.solvers.options import Options
    from quintet.solvers.whatif import Change, Sweep

Texts = list[str] | None
Set = Annotated[
    Texts, typer.Option("--set", metavar="NAME[key]=VALUE", help="A parameter: = += -= *= /= or =+10%.")
]
Fix = Annotated[
    Texts, typer.Option("--fix", metavar="NAME[key]=VALUE", help="Hold decisions; * is every element.")
]
Drop = Annotated[
    Texts, typer.Option("--drop", metavar="NAME[key]", help="Leave a constraint out, or rows of it.")
]
Add = Annotated[
    Texts,
    typer.Option("--add", metavar="EXPRESSION", help="One more constraint, as 'for w in Week: x[w] <= 5'."),
]
AddElement = Annotated[
    Texts,
    typer.Option("--add-element", metavar="SET=ELEMENT", help="One more element; give its data by --set."),
]
RemoveElement = Annotated[
    Texts, typer.Option("--remove-element", metavar="SET=ELEMENT", help="One element less.")
]
OtherData = Annotated[
    str | None, typer.Option("--data", metavar="FOLDER", help="Another folder of tables, as a change.")
]
OtherTable = Annotated[
    Texts, typer.Option("--table", metavar="NAME=FILE", help="Another file for a table; FILE.xlsx#Sheet.")
]
Objective = Annotated[
    str | None, typer.Option("--objective", metavar="TEXT", help="'minimize …', 'maximize …' or 'satisfy'.")
]
ChangesFile = Annotated[
    Path | None, typer.Option("--changes", metavar="FILE", help="Changes as a JSON file.")
]
PROGRESS = 1.0
"""Seconds after which progress is shown."""


def whatif(
    formulation: Annotated[Path, typer.Argument(help="A formulation file, or an LP or MPS file.")],
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
    solver: Annotated[str | None, typer.Option(help="highs, scip, cpsat, gurobi or ipopt.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds of wall time for each solve.")] = None,
    gap: Annotated[float, typer.Option(help="Relative gap at which to stop.")] = 0.0,
    threads: Annotated[int, typer.Option(help="Threads of the solver.")] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the solver.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Compare the answer before and after some changes, or sweep over parameters. The file is not touched."""
    from quintet.solvers.options import Options
    from quintet.solvers.reading import open_formulation

    made = read_changes(
        set_, fix, drop, add, add_element, remove_element, data, table, objective, changes_file=changes
    )
    options = Options(time_limit=time_limit, gap=gap, threads=threads, seed=seed)
    _refuse_loose(made, sweep, watch, plot, csv, workers)
    document = open_formulation(formulation)
    if not sweep:
        _compare(document, str(formulation), made, own_data, options, solver, json)
        return
    found = _swept(document, sweep, made, watch, own_data, options, solver, workers, plot)
    _write(found, plot, csv)
    typer.echo(found.to_json() if json else found.to_text())
    raise typer.Exit(0 if any(point.outcome.solved for point in found.points) else 1)


def read_changes(
    set_: Texts = None,
    fix: Texts = None,
    drop: Texts = None,
    add: Texts = None,
    add_element: Texts = None,
    remove_element: Texts = None,
    data: str | None = None,
    table: Texts = None,
    objective: str | None = None,
    *,
    changes_file: Path | None = None,
) -> tuple[Change, ...]:
    """All options of a command line as changes, those of a file first.

    Raises:
        DocumentError: One of them can't be read.
    """
    from quintet.solvers.whatif import changes, grammar

    made: list[Change] = [] if changes_file is None else list(changes.read_changes(changes_file))
    if data is not None:
        made.append(changes.UseData(folder=data))
    made += map(grammar.read_table_change, table or [])
    made += map(grammar.read_add_element, add_element or [])
    made += map(grammar.read_remove_element, remove_element or [])
    made += map(grammar.read_set, set_ or [])
    made += map(grammar.read_fix, fix or [])
    made += map(grammar.read_drop, drop or [])
    made += map(grammar.read_add, add or [])
    if objective is not None:
        made.append(grammar.read_objective(objective))
    return tuple(made)


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

    found = compare(document, made, data=own_data, options=options, solver=solver)
    typer.echo(found.to_json() if json else found.to_text(file))
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
        progress=_progress(),
    )


def _write(found: Sweep, plot: Path | None, csv: Path | None) -> None:
    from quintet.formulation.files import write_text

    if csv is not None:
        write_text(csv, found.to_csv())
    if plot is not None:
        found.plot(plot)


def _progress() -> Callable[[int, int], None] | None:
    """A line on a terminal that counts the points, once it takes more than a second."""
    if not sys.stderr.isatty():
        return None
    started = perf_counter()

    def say(done: int, total: int) -> None:
        if perf_counter() - started > PROGRESS:
            print(
                f"\r· {done:,} of {total:,} points",
                end="\n" if done == total else "",
                file=sys.stderr,
                flush=True,
            )

    return say
