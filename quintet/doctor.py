"""What is installed, what is missing, and the command that mends it."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from importlib import metadata

CORE = ("quintet", "pydantic", "numpy", "pyyaml", "typer", "highspy")
EXTRAS = {"pyomo": "nonlinear", "pyscipopt": "nonlinear", "openpyxl": "tables"}


@dataclass(frozen=True)
class Line:
    """One thing that was looked at.

    Args:
        name: What it is.
        state: `ok`, `missing` (an optional part) or `broken` (Quintet needs it).
        detail: Version, or what is wrong.
        remedy: The command that mends it, "" if nothing needs mending.
    """

    name: str
    state: str
    detail: str
    remedy: str = ""


@dataclass(frozen=True)
class Report:
    """All lines."""

    lines: tuple[Line, ...]

    @property
    def healthy(self) -> bool:
        """Whether the core works."""
        return all(line.state != "broken" for line in self.lines)

    def to_json(self) -> str:
        """The lines as JSON."""
        record = {"healthy": self.healthy, "checks": [asdict(line) for line in self.lines]}
        return json.dumps(record, ensure_ascii=False, indent=2)

    def to_text(self) -> str:
        """The lines for a person."""
        wide = max(len(line.name) for line in self.lines)
        return "\n".join(
            f"{line.state:<8} {line.name:<{wide}}  {line.detail}{f'  → {line.remedy}' if line.remedy else ''}"
            for line in self.lines
        )


def examine() -> Report:
    """Look at everything Quintet can use on this machine."""
    python = Line("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    return Report((python, *_packages(), *_solvers(), *_sandbox(), _model()))


def _packages() -> list[Line]:
    core = [_package(name, "broken", "pip install quintet") for name in CORE]
    return core + [_package(n, "missing", f"pip install 'quintet[{extra}]'") for n, extra in EXTRAS.items()]


def _package(name: str, absent: str, remedy: str) -> Line:
    try:
        return Line(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Line(name, absent, "not installed", remedy)


def _solvers() -> list[Line]:
    from quintet.solvers.registry import solvers
    from quintet.solvers.solver import LocalSolver, classes_taken

    lines: list[Line] = []
    for solver in solvers():
        here = solver.available()
        classes = ", ".join(sorted(c.value for c in classes_taken(solver)))
        if isinstance(solver, LocalSolver):
            classes = f"{classes}, to local optima"
        state = "ok" if here.ok else "missing"
        lines.append(
            Line(f"solver {solver.name}", state, f"{here.version or 'not there'}: {classes}", here.install)
        )
    return lines


def _sandbox() -> list[Line]:
    """The level at which programs would run, and each part that is missing."""
    from quintet.solvers.sandbox import probe

    found = probe()
    level = found.level.value
    lines = [Line("sandbox", "ok" if level == "full" else "missing", f"level {level}")]
    lacking = (part for part in found.parts if not part.works)
    return lines + [Line(f"sandbox {part.name}", "missing", part.why, part.remedy) for part in lacking]


def _model() -> Line:
    return Line(
        "language model", "missing", "none is used in this version: the built-in reader reads problems"
    )
