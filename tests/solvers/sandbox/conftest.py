from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from quintet.solvers.sandbox import Level, LocalSandbox, probe

sys.path.insert(0, str(Path(__file__).parent))  # for the tables that the tests and the driver share


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = probe()
    lacking = [f"{part.name} ({part.why})" for part in found.parts if not part.works]
    more = f"; not to be had here: {', '.join(lacking)}" if lacking else ""
    terminalreporter.write_line(f"sandbox: the tests ran at level {found.level}{more}")


@pytest.fixture(scope="session")
def level() -> Level:
    """The level that this machine gives; the header of the tests says which it was."""
    return probe().level


@pytest.fixture(scope="session")
def sandbox(level: Level) -> Iterator[LocalSandbox]:
    """One worker with the default preload, for all tests that need no sandbox of their own."""
    with LocalSandbox(workers=1, level=level, minimum=Level.PROCESS) as made:
        yield made
