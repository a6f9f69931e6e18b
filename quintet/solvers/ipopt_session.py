"""One nonlinear program in Ipopt: options and starting points in, statuses and points out."""

from __future__ import annotations

import contextlib
import difflib
import io
import re
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.model import Floats
from quintet.solvers.ipopt_model import Program, load_casadi
from quintet.solvers.options import OptionValue

OURS = ("output_file", "print_level", "sb")
"""Options by which Quintet keeps Ipopt quiet; they are not a user's."""
DEFAULTS: Mapping[str, OptionValue] = {
    # below our own tolerance, where Ipopt's is 1e-4
    "constr_viol_tol": 1e-7,
    "honor_original_bounds": "yes",
    # Ipopt would take the options of an `ipopt.opt` that happens to lie in the working folder
    "option_file_name": "",
}
QUIET: Mapping[str, OptionValue] = {"ipopt.print_level": 0, "ipopt.sb": "yes", "print_time": False}
LOG_LEVEL = 5
"""What Ipopt itself would print."""


@dataclass(frozen=True)
class Run:
    """What Ipopt gave back.

    Args:
        status: Its return status, `Solve_Succeeded`; our own `Time_Limit` if the time was up.
        x: The last iterate.
    """

    status: str
    x: Floats


class Session:
    """Ipopt, loaded with one program.

    Args:
        program: The nonlinear program.
        extra: Options by Ipopt's own names.
        deadline: Of the whole call, by `time.monotonic`; None for none.
        log: File that takes Ipopt's log of all runs.

    Raises:
        SolverError: An unknown option or a value that Ipopt does not take.
    """

    def __init__(
        self, program: Program, extra: Mapping[str, OptionValue], deadline: float | None, log: Path
    ) -> None:
        casadi = load_casadi()
        for name, value in extra.items():
            _check(name, value)
        self._program = program
        self._log = log
        self._watch = _watch(casadi, program, deadline)
        chosen = {**DEFAULTS, "file_print_level": LOG_LEVEL, **extra, "output_file": str(log)}
        settings = {f"ipopt.{name}": _typed(value) for name, value in chosen.items()}
        quiet = {**QUIET, "show_eval_warnings": False, "iteration_callback": self._watch, "expand": True}
        self._solver = casadi.nlpsol("ipopt", "ipopt", dict(program.problem), {**settings, **quiet})

    def run(self, start: Floats) -> Run:
        """Solve from one point. Ctrl-C stops Ipopt after its iteration and is passed on.

        Ipopt works in a thread of its own, without the interpreter's lock: in the main thread casadi
        would swallow the interrupt.

        Raises:
            SolverError: Ipopt fails, or an option asks for a library that is not there.
        """
        if self._program.overdetermined:  # casadi would say so on standard error
            return Run("Not_Enough_Degrees_Of_Freedom", start)
        found: list[Any] = []
        finished = Event()
        Thread(target=self._work, args=(start, found, finished), name="ipopt", daemon=True).start()
        try:
            finished.wait()
        except BaseException:
            self._watch.stopped.set()
            finished.wait()
            raise
        if isinstance(found[0], BaseException):
            raise SolverError(f"Ipopt failed: {found[0]}") from found[0]
        status = str(self._solver.stats()["return_status"])
        if status == "Invalid_Option":
            raise SolverError(f"Ipopt can't do what an option asks: {self._complaint()}")
        status = "Time_Limit" if self._watch.late else status
        return Run(status, np.array(found[0]["x"], dtype=np.float64).reshape(-1))

    def _work(self, start: Floats, found: list[Any], finished: Event) -> None:
        program = self._program
        bounds = {
            "lbx": program.lower,
            "ubx": program.upper,
            "lbg": program.row_lower,
            "ubg": program.row_upper,
        }
        try:
            found.append(self._solver(x0=start, **bounds))
        except BaseException as error:  # handed to the thread that waits
            found.append(error)
        finally:
            finished.set()

    def _complaint(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        said = [line.strip() for line in lines if "Exception message" in line]
        return said[-1].removeprefix("Exception message: ") if said else "see its log"


def version_in(log: str) -> str:
    """Ipopt's version, as its log says it; "" if it doesn't."""
    found = re.search(r"This is Ipopt version ([\w.]+\w)", log)
    return found[1] if found else ""


def _watch(casadi: Any, program: Program, deadline: float | None) -> Any:
    """An observer of the iterations that ends them when the time is up or `stopped` is set.

    The class is made here, because its base can't be imported above.
    """
    columns, rows = len(program.lower), len(program.row_lower)
    sizes = {"x": columns, "lam_x": columns, "f": 1, "g": rows, "lam_g": rows, "lam_p": 0}

    class Watch(casadi.Callback):
        def __init__(self) -> None:
            casadi.Callback.__init__(self)
            self.stopped = Event()
            self.construct("watch", {})

        @property
        def late(self) -> bool:
            return deadline is not None and time.monotonic() >= deadline

        def get_n_in(self) -> int:
            return casadi.nlpsol_n_out()

        def get_n_out(self) -> int:
            return 1

        def get_name_in(self, place: int) -> str:
            return casadi.nlpsol_out(place)

        def get_sparsity_in(self, place: int) -> Any:
            return casadi.Sparsity.dense(sizes[casadi.nlpsol_out(place)], 1)

        def eval(self, _: Any) -> list[int]:
            return [int(self.late or self.stopped.is_set())]

    return Watch()


# options


def _check(name: str, value: OptionValue) -> None:
    """Try an option on a problem of one variable, so that what Ipopt says is about this option."""
    if name in OURS:
        raise SolverError(f"Ipopt's {name!r} is not to be set", remedy="ask for the log: --log")
    casadi = load_casadi()
    x = casadi.MX.sym("x")
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            casadi.nlpsol("option", "ipopt", {"x": x, "f": x**2}, {**QUIET, f"ipopt.{name}": _typed(value)})
    except RuntimeError as error:
        if "No such IPOPT option" in str(error):
            raise _unknown(name) from None
        wanted = _wanted(said.getvalue())
        message = f"Ipopt does not take {value!r}"
        raise SolverError(message, place=f"Ipopt option {name}", remedy=wanted) from None


def _wanted(said: str) -> str:
    """What Ipopt's documentation of an option, printed with its refusal, says of the values."""
    numbers = re.search(r"^(\S+ <=? \(\S+\) <=? \S+)$", said, re.MULTILINE)
    if numbers:
        return f"give a number: {numbers[1]}, the default in brackets"
    words = re.findall(r"^\t(\S+) \(", said, re.MULTILINE)
    return f"give one of {', '.join(words)}" if words else "give a value of the type it has"


def _unknown(name: str) -> SolverError:
    close = difflib.get_close_matches(name, (*_names(), "starts"), n=1)
    remedy = f"did you mean {close[0]!r}?" if close else "Ipopt's own documentation lists its options"
    return SolverError(f"Ipopt has no option {name!r}", remedy=remedy)


@cache
def _names() -> tuple[str, ...]:
    """The names of Ipopt's options, out of the documentation that it can write."""
    casadi = load_casadi()
    x = casadi.MX.sym("x")
    with tempfile.TemporaryDirectory(prefix="quintet-") as folder:
        file = Path(folder) / "options.txt"
        wish = {"output_file": str(file), "file_print_level": LOG_LEVEL, "option_file_name": ""}
        wish |= {"print_options_documentation": "yes", "print_advanced_options": "yes"}
        asked = {f"ipopt.{name}": value for name, value in wish.items()}
        casadi.nlpsol("names", "ipopt", {"x": x, "f": x**2}, {**QUIET, **asked})(x0=1)
        text = file.read_text(encoding="utf-8", errors="replace")
    return tuple(re.findall(r"^([a-z]\w+) +\S", text, re.MULTILINE))


def _typed(value: OptionValue) -> OptionValue:
    """Ipopt says yes and no where a command line says true and false."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
