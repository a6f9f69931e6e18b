"""A process that answers points of a sweep: one line of JSON in, one line out.

`python -m quintet.solvers.whatif.worker`. The first line is the task; each further line is a place.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any

from quintet.errors import QuintetError, SolverError
from quintet.solvers.options import Options
from quintet.solvers.whatif.axes import Axis, Mode, Place
from quintet.solvers.whatif.changes import Change, dump_changes, load_changes
from quintet.solvers.whatif.cold import Cold
from quintet.solvers.whatif.point import SweepPoint
from quintet.solvers.whatif.watching import Watched

if TYPE_CHECKING:
    from quintet.formulation.document import Formulation

MODULE = "quintet.solvers.whatif.worker"


@dataclass(frozen=True)
class Hand:
    """One worker process."""

    process: subprocess.Popen[str]

    def answer(self, place: Place) -> SweepPoint:
        """The answer at one point.

        Raises:
            SolverError: The process ended.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(place) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            code = self.process.wait()
            raise SolverError(f"a worker of the sweep ended with {code}", remedy="take --workers 1")
        reply = json.loads(line)
        if "error" in reply:
            raise SolverError(reply["error"])
        return SweepPoint.read(reply)

    def end(self) -> None:
        """End the process; safe at any time."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


def answer_all(
    cold: Cold, places: Sequence[Place], workers: int, done: Callable[[int, SweepPoint], None]
) -> None:
    """Answer places in so many processes.

    Args:
        cold: How a point is answered.
        places: The places.
        workers: Number of processes.
        done: Called with the number of a place and its answer, in the order in which they come.

    Raises:
        SolverError: A process ended, or a solver refused the model.
    """
    waiting: Queue[int] = Queue()
    for number in range(len(places)):
        waiting.put(number)
    hands = [_start(cold) for _ in range(min(workers, len(places)))]
    pool = ThreadPoolExecutor(len(hands))
    try:
        jobs = [pool.submit(_work, hand, places, waiting, done) for hand in hands]
        for job in jobs:
            job.result()
    finally:
        for hand in hands:
            hand.end()  # a thread that waits for its process comes back
        pool.shutdown()


def _work(
    hand: Hand, places: Sequence[Place], waiting: Queue[int], done: Callable[[int, SweepPoint], None]
) -> None:
    while True:
        try:
            number = waiting.get_nowait()
        except Empty:
            return
        done(number, hand.answer(places[number]))


def _start(cold: Cold) -> Hand:
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,  # Ctrl-C is for the process that started it, which ends this one
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(_task(cold)) + "\n")
    process.stdin.flush()
    return Hand(process)


def _task(cold: Cold) -> dict[str, Any]:
    folder = cold.formulation.folder
    return {
        "formulation": cold.formulation.dump("json"),
        "folder": None if folder is None else str(folder),
        "data": None if cold.data is None else str(cold.data),
        "axes": [[a.parameter, list(a.values), a.key, a.mode.value] for a in cold.axes],
        "changes": dump_changes(cold.changes),
        "watched": [[one.name, list(one.key)] for one in cold.watched],
        "solver": cold.solver,
        "options": {**vars(cold.options), "extra": dict(cold.options.extra)},
    }


def _read(task: Mapping[str, Any]) -> Cold:
    from quintet.formulation.document import Formulation

    formulation: Formulation = Formulation.loads(task["formulation"], "json")
    axes = tuple(
        Axis(name, tuple(values), None if key is None else tuple(key), Mode(mode))
        for name, values, key, mode in task["axes"]
    )
    changes: tuple[Change, ...] = load_changes(task["changes"])
    return Cold(
        formulation.within(Path(task["folder"])) if task["folder"] else formulation,
        axes,
        changes,
        Path(task["data"]) if task["data"] else None,
        tuple(Watched(name, tuple(key)) for name, key in task["watched"]),
        Options(**task["options"]),
        task["solver"],
    )


def main() -> None:
    """Answer places from stdin until it ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a solver prints is no answer
    cold = _read(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        try:
            reply = cold.answer(tuple(json.loads(line))).record()
        except QuintetError as error:
            reply = {"error": str(error)}
        out.write(json.dumps(reply) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
