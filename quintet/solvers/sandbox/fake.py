"""A sandbox for tests that runs nothing: it hands out the runs it was given."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from quintet.errors import SandboxError

from .limits import Limits
from .request import Call, FileContent, Request, request
from .run import Run

Answering = Callable[[Request], Run]


class FakeSandbox:
    """Answers from a queue of runs, or of functions from the request to a run.

    Args:
        runs: What to answer, in order.

    Attributes:
        requests: What was asked, in order.
    """

    def __init__(self, runs: Iterable[Run | Answering] = ()) -> None:
        self._runs = deque(runs)
        self.requests: list[Request] = []

    def enqueue(self, *runs: Run | Answering) -> None:
        """Add answers at the end of the queue."""
        self._runs.extend(runs)

    def run(
        self,
        program: str | bytes,
        *,
        files: Mapping[str, FileContent] | None = None,
        calls: Sequence[Call] = (),
        limits: Limits | None = None,
        capture: Literal["", "lp", "mps"] = "",
    ) -> Run:
        """Answer with the next run of the queue; raises SandboxError if there is none left."""
        asked = request(program, files, calls, limits, capture)
        self.requests.append(asked)
        if not self._runs:
            raise SandboxError(f"the fake sandbox has no run for request {len(self.requests)}")
        answer = self._runs.popleft()
        return answer(asked) if callable(answer) else answer

    async def run_async(
        self,
        program: str | bytes,
        *,
        files: Mapping[str, FileContent] | None = None,
        calls: Sequence[Call] = (),
        limits: Limits | None = None,
        capture: Literal["", "lp", "mps"] = "",
    ) -> Run:
        """The same for a coroutine."""
        return self.run(program, files=files, calls=calls, limits=limits, capture=capture)

    def close(self) -> None:
        """Nothing was started."""
