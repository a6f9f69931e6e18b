"""How long the command line takes to start: `python benchmarks/startup.py [--repeats N] [--json]`.

Times whole processes, warm, the commands taking turns so that a busy spell of the machine meets all of them:
`quintet --help` against `python -c 'import typer'` (aim: a ratio of at most 2.5) and `quintet solve` on the
problem of the README (aim: under 2 s). The interpreter is the one that runs this file. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUINTET = str(Path(sys.executable).with_name("quintet"))
PACKAGES = ("quintet", "typer", "pydantic", "numpy", "highspy")
RATIO_AIM = 2.5
SOLVE_AIM_SECONDS = 2.0


@dataclass(frozen=True)
class Spread:
    """Median and extremes of n measurements."""

    median: float
    min: float
    max: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values), len(values))


def seconds(command: Sequence[str]) -> float:
    """Wall time of one process, in seconds; raises CalledProcessError with its output when it fails."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - start


def measure(commands: dict[str, Sequence[str]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each command by name, after one warm-up each, the commands taking turns."""
    for command in commands.values():
        seconds(command)
    rounds = [{name: seconds(command) for name, command in commands.items()} for _ in range(repeats)]
    return {name: [one[name] for one in rounds] for name in commands}


@dataclass(frozen=True)
class Startup:
    """What was measured, when, and on what."""

    help_over_typer: Spread
    help_seconds: Spread
    import_typer_seconds: Spread
    solve_seconds: Spread
    date: str
    python: str
    versions: dict[str, str]
    machine: str
    cores: int | None


def startup(problem: Path, repeats: int) -> Startup:
    """Measure the three commands; the ratio is taken turn by turn."""
    times = measure(
        {
            "help": [QUINTET, "--help"],
            "typer": [sys.executable, "-c", "import typer"],
            "solve": [QUINTET, "solve", str(problem)],
        },
        repeats,
    )
    return Startup(
        help_over_typer=Spread.of([h / t for h, t in zip(times["help"], times["typer"], strict=True)]),
        help_seconds=Spread.of(times["help"]),
        import_typer_seconds=Spread.of(times["typer"]),
        solve_seconds=Spread.of(times["solve"]),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        python=platform.python_version(),
        versions={name: version(name) for name in PACKAGES},
        machine=f"{platform.system()} {platform.machine()}",
        cores=os.cpu_count(),
    )


def line(label: str, spread: Spread, unit: str = " s", aim: str = "") -> str:
    extremes = f"min {spread.min:.2f}, max {spread.max:.2f}, n = {spread.n}"
    return f"{label:<32} {spread.median:.2f}{unit} ({extremes}){aim}"


def text(measured: Startup) -> str:
    """The report for a person."""
    versions = ", ".join(f"{name} {number}" for name, number in measured.versions.items())
    return "\n".join(
        [
            line(
                "quintet --help / import typer", measured.help_over_typer, "", f"; aim: at most {RATIO_AIM}"
            ),
            line("  quintet --help", measured.help_seconds),
            line("  python -c 'import typer'", measured.import_typer_seconds),
            line(
                "quintet solve PROBLEM", measured.solve_seconds, aim=f"; aim: under {SOLVE_AIM_SECONDS:g} s"
            ),
            f"{measured.date}, {measured.machine}, {measured.cores} cores, Python {measured.python}",
            versions,
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Time the start of the command line, whole processes.")
    parser.add_argument("--repeats", type=int, default=15, help="measurements of each command")
    parser.add_argument("--problem", type=Path, default=ROOT / "quintet" / "examples" / "bakery.txt")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    if options.repeats < 1:
        parser.error("--repeats must be at least 1")
    try:
        measured = startup(options.problem, options.repeats)
    except FileNotFoundError as missing:
        print(f"startup: {missing.filename} is not there; run `make run` first", file=sys.stderr)
        return 3
    except subprocess.CalledProcessError as failure:
        print(
            f"startup: {failure.cmd} left with {failure.returncode}: {failure.stderr.strip()}",
            file=sys.stderr,
        )
        return 1
    print(json.dumps(asdict(measured), indent=2) if options.json else text(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
