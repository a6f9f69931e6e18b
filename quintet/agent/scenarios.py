"""Named scenarios of a document: parameters changed, the outcome compared with the one expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintet.agent.answer import nested
from quintet.errors import DocumentError
from quintet.formulation.binding import bind
from quintet.formulation.evaluator import evaluate
from quintet.formulation.tolerances import agree

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation
    from quintet.formulation.schema import Scenario
    from quintet.solvers.solution import Solution


@dataclass(frozen=True)
class Played:
    """A scenario that was run.

    Args:
        name: Its name.
        differences: What is not as expected, one line each; empty if all is.
    """

    name: str
    differences: tuple[str, ...]


def play(formulation: Formulation, data: Path | None = None) -> list[Played]:
    """Run every scenario of a document.

    Args:
        formulation: The document.
        data: Folder in which its tables are looked up.

    Raises:
        DocumentError: A scenario changes or expects something that does not exist.
        DataError: Its values can't be used.
    """
    return [_played(formulation, data, name, scenario) for name, scenario in formulation.scenarios.items()]


def _played(formulation: Formulation, data: Path | None, name: str, scenario: Scenario) -> Played:
    from quintet.solvers import solve

    solution = solve(bind(formulation, data, scenario.set))
    found = _outcome(solution)
    differences: list[str] = []
    for what, wanted in scenario.expect.items():
        if what not in found:
            raise DocumentError(
                f"{what!r} is no outcome",
                place=f"scenarios.{name}.expect",
                remedy="expect status, objective, a variable or a named expression",
            )
        differences += _differences(what, wanted, found[what])
    return Played(name, tuple(differences))


def _outcome(solution: Solution) -> dict[str, Any]:
    """Everything that can be expected, by name."""
    model = solution.model
    found: dict[str, Any] = {"status": solution.outcome.value, "objective": solution.objective}
    names = {**model.variables, **model.expressions}
    if solution.point is None or not solution.outcome.solved:
        return {**dict.fromkeys(names), **found}
    values = {**solution.point, **evaluate(model, solution.point).expressions}
    return {**{n: nested(entry.family, values[n].tolist()) for n, entry in names.items()}, **found}


def _differences(what: str, wanted: Any, found: Any) -> Iterator[str]:
    if isinstance(wanted, Mapping):
        for key, inner in wanted.items():
            yield from _differences(
                f"{what}[{key}]", inner, found.get(key) if isinstance(found, Mapping) else None
            )
    elif not isinstance(wanted, int | float) or not isinstance(found, int | float):
        if wanted != found:
            yield f"{what} is {found}, expected {wanted}"
    elif not agree(float(found), float(wanted)):
        yield f"{what} is {found:.9g}, expected {wanted:.9g}"
