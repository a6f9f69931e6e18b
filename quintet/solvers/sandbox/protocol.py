"""The seam: what every sandbox does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from .limits import Limits
from .request import Call, FileContent
from .run import Run


class Sandbox(Protocol):
    """Runs a program and tells what came of it."""

    def run(
        self,
        program: str | bytes,
        *,
        files: Mapping[str, FileContent] | None = None,
        calls: Sequence[Call] = (),
        limits: Limits | None = None,
        capture: Literal["", "lp", "mps"] = "",
    ) -> Run:
        """Run a program to its end or its limits.

        Args:
            program: Python source. With `calls` it defines ``solve`` and ``check``; without, it calls
                ``report(objective=…, variables=…)``, leaves a solved model behind, or prints its optimum.
            files: Input files by relative name: contents, or the path of a plain file to copy.
            calls: Calls of ``solve(data)`` and ``check(data, decisions)``, made in order in one process.
            limits: What the job may use.
            capture: Also write the model object that the program built, as ``lp`` or ``mps``.

        Returns:
            The record; how the program ended is data there, never an exception.

        Raises:
            SandboxError: The request can't be carried out: a file that can't be read, data that are not
                JSON, or a sandbox that does not start.
        """
        ...

    async def run_async(
        self,
        program: str | bytes,
        *,
        files: Mapping[str, FileContent] | None = None,
        calls: Sequence[Call] = (),
        limits: Limits | None = None,
        capture: Literal["", "lp", "mps"] = "",
    ) -> Run:
        """The same for a coroutine; cancelling it stops the job."""
        ...

    def close(self) -> None:
        """End everything that was started."""
        ...
