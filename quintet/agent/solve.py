"""The way from a problem to an answer: read → bind → solve → verify."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, overload

from quintet.agent.answer import Answer, Origin
from quintet.agent.intake import Told, read_problem, told_in_words
from quintet.problem import Problem

if TYPE_CHECKING:
    from quintet.agent.conclude import AnyAnswer
    from quintet.agent.tactics import Tactics
    from quintet.formulation.document import Formulation
    from quintet.formulation.model import Model
    from quintet.settings import Settings
    from quintet.solvers.options import Options

Progress: TypeAlias = Callable[[str], None]


@dataclass(frozen=True)
class Reading:
    """A formulation and where it came from."""

    formulation: Formulation
    origin: Origin


@overload
def solve(
    problem: Formulation,
    *,
    data: Path | None = ...,
    solver: str | None = ...,
    options: Options | None = ...,
    progress: Progress | None = ...,
) -> Answer: ...


@overload
def solve(
    problem: str | Path | Problem | Told,
    *,
    data: Path | None = ...,
    solver: str | None = ...,
    options: Options | None = ...,
    progress: Progress | None = ...,
    settings: Settings | None = ...,
    tactics: Tactics | None = ...,
) -> AnyAnswer: ...


def solve(
    problem: str | Path | Problem | Formulation | Told,
    *,
    data: Path | None = None,
    solver: str | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
    settings: Settings | None = None,
    tactics: Tactics | None = None,
) -> AnyAnswer:
    """Solve a problem and say how far the answer can be trusted.

    Words are read by the language model that is configured, and by the built-in reader if none is;
    a formulation is solved as it stands.

    Args:
        problem: Words, the path of a text or formulation file, a `Problem` or a `Formulation`.
        data: Folder in which tables are looked up.
        solver: Name of the solver; default: by the class of the model.
        options: Limits and options of the solver.
        progress: Called with a line at each stage.
        settings: Models, prices and budgets; by default those of environment and files.
        tactics: Strategy and limits of a run with a language model.

    Raises:
        QuintetError: The problem can't be used or read, the data don't fit, the solver can't take it,
            the model can't be reached.
    """
    told = _told(problem, data)
    if told.formulation is None:
        from quintet.settings import Settings

        chosen = settings or Settings.load()
        if chosen.model_configured:
            return _by_model(told, chosen, tactics, solver, options, progress)
    return solve_alone(told, solver=solver, options=options, progress=progress)


def solve_alone(
    told: Told,
    *,
    solver: str | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Solve without any language model: a formulation as it stands, words by the built-in reader.

    Args:
        told: The problem.
        solver: Name of the solver; default: by the class of the model.
        options: Limits and options of the solver.
        progress: Called with a line at each stage.

    Raises:
        ReaderDeclined: The reader could not place a clause.
        QuintetError: The data don't fit, the solver can't take the model.
    """
    from quintet.agent.verify import verify
    from quintet.formulation.binding import bind
    from quintet.solvers import Options
    from quintet.solvers import solve as optimize

    start, say = time.perf_counter(), progress or _silent
    say("reading the problem")
    reading = read(told)
    say("binding the data")
    model = bind(reading.formulation, told.problem.data)
    say(f"solving {_size(model)}")
    solution = optimize(model, solver=solver, options=options or Options())
    say("checking the answer")
    verification = verify(model, solution, reader=reading.origin is Origin.READER)
    seconds = time.perf_counter() - start
    return Answer(told.problem, reading.formulation, reading.origin, solution, verification, seconds)


def _by_model(
    told: Told,
    settings: Settings,
    tactics: Tactics | None,
    solver: str | None,
    options: Options | None,
    progress: Progress | None,
) -> AnyAnswer:
    from quintet.agent.session import run
    from quintet.agent.tactics import Strategy, Tactics

    say = progress or _silent
    tactics = tactics or Tactics(Strategy(settings.strategy))
    return run(
        told.problem,
        settings,
        tactics,
        options=options,
        solver=solver,
        say=lambda role, line: say(f"{role}: {line}"),
    )


def read(told: Told) -> Reading:
    """The formulation of a problem: the one handed over, or the built-in reader's.

    Raises:
        ReaderDeclined: The reader could not place a clause.
    """
    if told.formulation is not None:
        return Reading(told.formulation, Origin.DOCUMENT)
    from quintet.agent.reader import read as read_words

    return Reading(read_words(told.problem.text), Origin.READER)


def _told(problem: str | Path | Problem | Formulation | Told, data: Path | None) -> Told:
    if isinstance(problem, Told):
        return problem
    if isinstance(problem, Problem):
        return told_in_words(problem.text, data or problem.data)
    if isinstance(problem, str | Path):
        return read_problem(str(problem), data)
    return Told(Problem(problem.text or "", data=data), problem)


def _silent(line: str) -> None:
    pass


def _size(model: Model) -> str:
    rows = sum(len(constraint.family) for constraint in model.constraints.values())
    return f"{model.columns:,} variables, {rows:,} constraints"
