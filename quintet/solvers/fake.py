"""A solver that answers what it was told to, for tests of what stands above the solvers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from quintet.errors import SolverError
from quintet.formulation.model import Model, ProblemClass
from quintet.solvers.options import Options
from quintet.solvers.outcome import Outcome
from quintet.solvers.solution import Solution
from quintet.solvers.solver import Availability


class FakeSolver:
    """Gives back queued answers, one a call, and keeps what it was asked.

    Args:
        answers: Solutions, outcomes (a solution without a point is made of one) or errors to raise.
        name: Its name.
        classes: The classes it says it solves; all by default.
    """

    def __init__(
        self,
        answers: Iterable[Solution | Outcome | Exception],
        name: str = "fake",
        classes: frozenset[ProblemClass] = frozenset(ProblemClass),
    ) -> None:
        self.name = name
        self.classes = classes
        self.calls: list[tuple[Model, Options]] = []
        self._answers = deque(answers)

    def available(self) -> Availability:
        """Always."""
        return Availability(True, "0")

    def solve(self, model: Model, options: Options) -> Solution:
        """The next answer.

        Raises:
            SolverError: The queue is empty.
            Exception: The next answer is this error.
        """
        self.calls.append((model, options))
        if not self._answers:
            raise SolverError("the fake solver has no answer left", remedy="queue one for every call")
        answer = self._answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Solution):
            return answer
        return Solution(model, answer, self.name, "0", ProblemClass.LP)
