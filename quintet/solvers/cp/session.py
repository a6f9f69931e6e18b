"""One run of CP-SAT: options in, status and values out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

from quintet.errors import SolverError
from quintet.solvers.cp.program import load_cp_model
from quintet.solvers.options import Options, OptionValue

TRUE, FALSE = ("true", "on", "yes", "1"), ("false", "off", "no", "0")
OURS = ("log_to_stdout", "catch_sigint_signal", "enumerate_all_solutions")
"""Parameters that decide how Quintet and CP-SAT talk to each other; they are not a user's."""


@dataclass(frozen=True)
class Run:
    """What CP-SAT gave back.

    Args:
        status: Name of its status, `OPTIMAL`.
        values: One a variable of the program; empty without a point.
        bound: Bound on the objective in the user's units and sense.
        seconds: Wall time that CP-SAT counted.
        log: Its log, "" if it was not asked for.
    """

    status: str
    values: tuple[int, ...]
    bound: float
    seconds: float
    log: str


class Session:
    """One CP-SAT solver.

    Args:
        options: What the user asked for; `extra` takes CP-SAT's parameters by name.

    Raises:
        SolverError: An unknown parameter, or a value it can't take.
        MissingDependency: OR-Tools is not installed.
    """

    def __init__(self, options: Options) -> None:
        self._solver = load_cp_model().CpSolver()
        self._log: list[str] = []
        parameters = self._solver.parameters
        parameters.catch_sigint_signal = False
        parameters.log_to_stdout = False
        for name, value in {**_asked(options), **options.extra}.items():
            _set(parameters, name, value)
        if options.log:
            parameters.log_search_progress = True
            self._solver.log_callback = self._log.append

    def run(self, model: Any) -> Run:
        """Solve a CP-SAT model. Ctrl-C stops CP-SAT and is passed on.

        Raises:
            SolverError: CP-SAT refuses the model, or fails.
        """
        failures: list[BaseException] = []
        ended = Event()
        thread = Thread(target=self._work, args=(model, failures, ended), daemon=True)
        thread.start()
        try:
            while not ended.wait(1.0):
                pass
        except BaseException:
            self._stop(ended)
            raise
        finally:
            thread.join()
        if failures:
            raise SolverError(f"CP-SAT failed: {failures[0]}") from failures[0]
        return self._collected(model)

    def _stop(self, ended: Event) -> None:
        """Ask again until it stops: a search that is only starting does not hear the first call.

        The thread itself can't be asked: Python 3.11 takes one whose `join` was interrupted for dead.
        """
        while not ended.wait(0.05):
            self._solver.stop_search()

    def _work(self, model: Any, failures: list[BaseException], ended: Event) -> None:
        try:
            self._solver.solve(model)
        except BaseException as error:  # handed to the thread that waits
            failures.append(error)
        finally:
            ended.set()

    def _collected(self, model: Any) -> Run:
        response = self._solver.response_proto
        status = self._solver.status_name(response.status)
        if status == "MODEL_INVALID":
            reason = model.validate() or response.solution_info or "no reason given"
            raise SolverError(f"CP-SAT refuses the model: {reason}", remedy="scale the data it is made from")
        found = status in ("OPTIMAL", "FEASIBLE")
        return Run(
            status=status,
            values=tuple(response.solution) if found else (),
            bound=response.best_objective_bound,
            seconds=response.wall_time,
            log="\n".join(self._log),
        )


def _asked(options: Options) -> dict[str, OptionValue]:
    asked: dict[str, OptionValue] = {
        "num_workers": options.threads,
        "random_seed": options.seed,
        "relative_gap_limit": options.gap,
        "absolute_gap_limit": options.absolute_gap,
    }
    return asked if options.time_limit is None else {**asked, "max_time_in_seconds": options.time_limit}


def _set(parameters: Any, name: str, value: OptionValue) -> None:
    place = f"CP-SAT parameter {name}"
    if name in OURS:
        raise SolverError("it can't be changed", place=place, remedy="leave it out")
    if name not in _names(parameters):
        raise _unknown(name, _names(parameters))
    try:
        setattr(parameters, name, _converted(value, getattr(parameters, name)))
    except (ValueError, KeyError, OverflowError, TypeError, AttributeError):
        wanted = _wanted(getattr(parameters, name))
        raise SolverError(f"{value!r} can't be used", place=place, remedy=f"give {wanted}") from None


def _names(parameters: Any) -> list[str]:
    """The parameters: every one has a method that clears it, but those that are lists."""
    names = dir(parameters)
    return [name.removeprefix("clear_") for name in names if name.startswith("clear_")]


def _unknown(name: str, names: list[str]) -> SolverError:
    close = difflib.get_close_matches(name, names, n=1)
    remedy = f"did you mean {close[0]!r}?" if close else "OR-Tools' sat_parameters.proto lists them"
    return SolverError(f"CP-SAT has no parameter {name!r}", remedy=remedy)


def _converted(value: OptionValue, current: Any) -> Any:
    """The value as the type that the parameter has; options from a command line are text."""
    if isinstance(current, bool):
        return _truth(value)
    if isinstance(current, int):
        if float(value) != int(float(value)):
            raise ValueError(value)
        return int(float(value))
    if isinstance(current, float):
        return float(value)
    return str(value) if isinstance(current, str) else _choices(current)[str(value).upper()]


def _choices(current: Any) -> Mapping[str, Any]:
    return getattr(type(current), "__members__", {})


def _wanted(current: Any) -> str:
    kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    return kinds.get(type(current)) or f"one of {', '.join(_choices(current))}"


def _truth(value: OptionValue) -> bool:
    text = str(value).lower()
    if text not in (*TRUE, *FALSE):
        raise ValueError(text)
    return text in TRUE
