"""`difference`: of two formulations, or of two answers, as text and as data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from quintet.errors import DocumentError, RunError
from quintet.formulation.document import VERSION, Formulation
from quintet.formulation.files import read_text
from quintet.formulation.json_reader import read_json
from quintet.formulation.record import json_text
from quintet.solvers.difference.change import Change
from quintet.solvers.difference.formulations import changes_between
from quintet.solvers.difference.side import Side
from quintet.solvers.difference.solutions import Plan, changes_of_plans, plan_from, plan_of
from quintet.solvers.difference.telling import lines_of
from quintet.solvers.reading import open_formulation
from quintet.solvers.solution import Solution

ANSWER = "answer.json"


@dataclass(frozen=True)
class Difference:
    """What is different between two things of one kind.

    Args:
        changes: What is different, in the order of the document.
        before: What the first is called.
        after: What the second is called.
        note: How the comparison was limited, "" if it was not.
    """

    kind: ClassVar[str] = ""
    changes: tuple[Change, ...]
    before: str = "before"
    after: str = "after"
    note: str = ""

    @property
    def equal(self) -> bool:
        """Whether nothing is different."""
        return not self.changes

    def record(self) -> dict[str, Any]:
        """Everything as one JSON-ready document."""
        return {
            "quintet": VERSION,
            "compared": self.kind,
            "before": self.before,
            "after": self.after,
            "equal": self.equal,
            "note": self.note,
            "changes": [change.record() for change in self.changes],
        }

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())

    def to_text(self) -> str:
        """The differences for a person."""
        if self.equal:
            head = [f"{self.before} and {self.after}: no difference"]
        else:
            count = f"{len(self.changes)} difference{'s' if len(self.changes) > 1 else ''}"
            head = [f"{self.before} → {self.after}: {count}"]
        return "\n".join([*head, *([f"note: {self.note}"] if self.note else []), *lines_of(self.changes)])


class FormulationDifference(Difference):
    """What is different between two formulations."""

    kind = "formulations"


class SolutionDifference(Difference):
    """What is different between two answers."""

    kind = "answers"


def difference(
    before: Formulation | Plan | Solution,
    after: Formulation | Plan | Solution,
    names: tuple[str, str] = ("before", "after"),
) -> Difference:
    """Compare two formulations, or two answers.

    Args:
        before: The first.
        after: The second, of the same kind.
        names: What they are called.

    Raises:
        DocumentError: They are of different kinds.
    """
    if isinstance(before, Formulation) and isinstance(after, Formulation):
        return _formulations(before, after, names)
    if isinstance(before, Formulation) or isinstance(after, Formulation):
        kinds = ["a formulation" if isinstance(one, Formulation) else "an answer" for one in (before, after)]
        raise DocumentError(
            f"{names[0]} is {kinds[0]} and {names[1]} is {kinds[1]}",
            place="diff",
            remedy="compare two formulations, or two answers",
        )
    plans = [plan_of(one) if isinstance(one, Solution) else one for one in (before, after)]
    return SolutionDifference(tuple(changes_of_plans(*plans)), *names)


def compare_solutions(before: Solution, after: Solution) -> SolutionDifference:
    """Compare two solutions: objective, status, decisions and binding limits."""
    return SolutionDifference(tuple(changes_of_plans(plan_of(before), plan_of(after))))


def _formulations(before: Formulation, after: Formulation, names: tuple[str, str]) -> FormulationDifference:
    sides = [Side(before), Side(after)]
    note = ""
    faulty = next((place for place, side in enumerate(sides) if side.fault), None)
    if faulty is not None:
        note = f"data compared as written, for {names[faulty]} can't be bound: {sides[faulty].fault}"
        for side in sides:
            side.model = None
    return FormulationDifference(tuple(changes_between(*sides)), *names, note)


def open_side(path: str | Path) -> Formulation | Plan:
    """What a path holds: a formulation, an LP or MPS file, an answer, or a run directory.

    Args:
        path: A file, or a folder that `quintet solve -o` wrote.

    Raises:
        DocumentError: It can't be read, or is no formulation.
        RunError: A folder without an answer, or an answer that is damaged.
    """
    path = Path(path)
    if path.is_dir():
        if not (path / ANSWER).is_file():
            raise RunError(
                f"holds no {ANSWER}", place=str(path), remedy="name a folder of 'quintet solve -o'"
            )
        path = path / ANSWER
    if path.suffix.lower() != ".json":
        return open_formulation(path)
    data = read_json(read_text(path), path.name)
    if isinstance(data, dict) and {"status", "verdict", "variables"} <= set(data):
        return plan_from(data, str(path))
    return open_formulation(path)
