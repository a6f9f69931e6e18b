"""Changes to a formulation as options of a command line, for `quintet whatif` and `quintet diagnose`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quintet.verbs.parts import Texts

if TYPE_CHECKING:
    from quintet.solvers.whatif import Change

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
