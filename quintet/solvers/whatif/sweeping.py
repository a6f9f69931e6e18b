"""Sweeps: the answer at every point of a grid over one or two parameters."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from quintet.errors import DataError, DocumentError, SolverError
from quintet.formulation.classify import classify
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers.matrix import BeyondMatrix, compile
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.rewrite import rewrite
from quintet.solvers.solver import Solver
from quintet.solvers.whatif.axes import Axis, Place, grid, snake
from quintet.solvers.whatif.changes import Change, ParameterChange
from quintet.solvers.whatif.cold import Cold
from quintet.solvers.whatif.dependence import is_affine
from quintet.solvers.whatif.edited import apply
from quintet.solvers.whatif.parametric import Compiled, Source, affine
from quintet.solvers.whatif.point import SweepPoint
from quintet.solvers.whatif.swept import Route, Sweep
from quintet.solvers.whatif.warm import Path as WarmPath
from quintet.solvers.whatif.watching import read_watched
from quintet.solvers.whatif.worker import answer_all

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

WORKERS = 64
STRETCH = 24
"""Points that a warm path should have, to make up for its first."""
WORTH = 2.0
"""Seconds that are left to solve from which on processes are started; each takes about one to start."""

Progress = Callable[[int, int], None]


def sweep(
    formulation: Formulation,
    axes: Sequence[Axis],
    *,
    changes: Sequence[Change] = (),
    watch: Sequence[str] = (),
    data: Path | None = None,
    options: Options | None = None,
    solver: str | Solver | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Solve a formulation at every point of a grid.

    Linear programs are solved along a snake through the grid, each from the basis of its neighbour
    (in threads); all others each from the start (in processes). The answers stand in the order of
    the grid, the last axis fastest, and every point has one: one without a plan says so.

    Args:
        formulation: The document; it stays as it is.
        axes: One or two parameters with their values.
        changes: What else is changed at every point.
        watch: Decisions and named expressions to report: `make[A, 3]`, `rents`, `open[*]`.
        data: Folder in which tables are looked up, default: that of the document.
        options: Of each solve; a time limit is for one point.
        solver: A solver or its name, default: by class.
        workers: Threads or processes at a time, default: as many as pay, one for each core at most.
        progress: Called with the points done and their number.

    Raises:
        DocumentError: The sweep or a change can't be made: no such parameter, too many points …
        DataError: A key or value can't be used, or no point makes a model.
        SolverError: The solver doesn't take the model.
    """
    started = perf_counter()
    places = grid(axes)
    _refuse_workers(workers)
    _refuse_replaced(axes, changes)
    first = _checked(formulation, axes, changes, data, places)
    watched = tuple(dict.fromkeys(one for text in watch for one in read_watched(text, first)))
    cold = Cold(formulation, tuple(axes), tuple(changes), data, watched, options or Options(), solver)
    route, points, used = _answers(cold, first, places, workers, progress)
    if points and all(point.outcome is Outcome.UNKNOWN and point.message for point in points):
        raise DataError(f"no point of the sweep makes a model: {points[0].message}")
    return Sweep(
        first, tuple(axes), tuple(changes), watched, tuple(points), route, used, perf_counter() - started
    )


def _refuse_workers(workers: int | None) -> None:
    if workers is not None and not 1 <= workers <= WORKERS:
        raise SolverError(
            f"{workers} workers are none to be had", place="--workers", remedy=f"take 1 to {WORKERS}"
        )


def _refuse_replaced(axes: Sequence[Axis], changes: Sequence[Change]) -> None:
    """Refuse a change that an axis puts its own values over."""
    for change in changes:
        if isinstance(change, ParameterChange) and any(axis.replaces(change) for axis in axes):
            raise DocumentError(
                f"the sweep puts its own values in place of those of {change.parameter}",
                place=change.place,
                remedy="leave it out, or sweep with *= or +=",
            )


def _checked(
    formulation: Formulation,
    axes: Sequence[Axis],
    changes: Sequence[Change],
    data: Path | None,
    places: list[Place],
) -> Model:
    """The model at the first point at which there is one; a fault of the axes themselves is raised."""
    base = apply(formulation, changes, data)
    for axis in axes:
        apply(formulation, [*changes, axis.change(axis.values[0])], data)
    failure: DataError | None = None
    for place in _few(places):
        moved = [axis.change(value) for axis, value in zip(axes, place, strict=True)]
        try:
            return apply(formulation, [*changes, *moved], data).bind()
        except DataError as error:
            failure = failure or error
    return base.bind() if failure is None else _base_or(failure, base.bind)


def _few(places: list[Place]) -> list[Place]:
    step = max(1, len(places) // 16)
    return places[::step]


def _base_or(failure: DataError, bind: Callable[[], Model]) -> Model:
    try:
        return bind()
    except DataError:
        raise failure from None


Answers = tuple[Route, list[SweepPoint], int]


def _answers(
    cold: Cold, first: Model, places: list[Place], workers: int | None, progress: Progress | None
) -> Answers:
    source = _source(cold, first)
    if source is None:
        return _separately(cold, places, workers, progress)
    count = workers or max(1, min(_cores() // cold.options.threads, len(places) // STRETCH))
    route = Route.COMPILED if isinstance(source, Compiled) else Route.AFFINE
    return route, _along(source, cold, places, min(count, len(places)), progress), count


def _source(cold: Cold, first: Model) -> Source | None:
    """Where the arrays come from, if the model is a linear program for HiGHS."""
    if cold.solver not in (None, "highs") or len(first.objectives) != 1:
        return None
    try:
        linear = rewrite(first)
        fit = classify(linear) is ProblemClass.LP and not len(compile(linear).products)
    except (BeyondMatrix, SolverError, DataError):
        return None
    if not fit:
        return None
    source = Compiled(lambda place: rewrite(cold.model(place)), cold.watched)
    if linear is first and _is_affine(first, cold):
        return affine(source, [axis.values for axis in cold.axes]) or source
    return source


def _is_affine(first: Model, cold: Cold) -> bool:
    swept, followed = [axis.parameter for axis in cold.axes], [one.name for one in cold.watched]
    return is_affine(first.formulation, swept, followed)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Collector:
    """Puts answers where they belong, and says how many there are."""

    def __init__(self, size: int, progress: Progress | None) -> None:
        self.points: list[SweepPoint | None] = [None] * size
        self._progress = progress
        self._done = 0

    def put(self, number: int, point: SweepPoint) -> None:
        """One more answer."""
        self.points[number] = point
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, len(self.points))

    def all(self) -> list[SweepPoint]:
        """The answers in order."""
        return [point for point in self.points if point is not None]


def _along(
    source: Source, cold: Cold, places: list[Place], workers: int, progress: Progress | None
) -> list[SweepPoint]:
    collector, order = _Collector(len(places), progress), snake(cold.axes)
    stretches = [order[len(order) * w // workers : len(order) * (w + 1) // workers] for w in range(workers)]

    def walk(stretch: list[int]) -> None:
        path = WarmPath(source, cold.watched, cold.options)
        for number in stretch:
            collector.put(number, path.answer(places[number]))

    if workers == 1:
        walk(stretches[0])
    else:
        with ThreadPoolExecutor(workers) as pool:
            for job in [pool.submit(walk, stretch) for stretch in stretches]:
                job.result()
    return collector.all()


def _separately(cold: Cold, places: list[Place], workers: int | None, progress: Progress | None) -> Answers:
    """One point after another; in processes once it is seen to pay, or if they are asked for."""
    collector, order = _Collector(len(places), progress), snake(cold.axes)
    named = cold.solver is None or isinstance(cold.solver, str)
    most = min(workers or _cores() // cold.options.threads, len(places)) if named else 1
    waiting = list(order)
    started = perf_counter()
    while waiting and not (most > 1 and (workers or _pays(started, len(order), len(waiting)))):
        number = waiting.pop(0)
        collector.put(number, cold.answer(places[number]))
    if waiting:
        answer_all(
            cold, [places[n] for n in waiting], most, lambda n, point: collector.put(waiting[n], point)
        )
    return Route.SEPARATE, collector.all(), most if waiting else 1


def _pays(started: float, total: int, left: int) -> bool:
    done = total - left
    return done > 0 and (perf_counter() - started) / done * left > WORTH


def swept_changes(sweep_: Sweep, place: Place) -> list[Change]:
    """The changes that lead to one point of a sweep."""
    return [*sweep_.changes, *(axis.change(value) for axis, value in zip(sweep_.axes, place, strict=True))]
