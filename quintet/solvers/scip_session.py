"""One run of SCIP: a model and options in, status and vectors out."""

from __future__ import annotations

import difflib
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.model import Floats
from quintet.formulation.tolerances import INFINITE
from quintet.solvers.options import Options, OptionValue
from quintet.solvers.scip_model import ScipModel

PRECISION = 5e-7
"""SCIP's feasibility tolerance, below ours."""
OWN_PRECISION = 1e-6
"""SCIP's default, should it fail at ours."""
STRICT = 1e-9
"""For a point that has to be made better."""
LP_PRECISION = 1e-7
"""Tolerance of SCIP's linear programs. Below it, SoPlex writes complaints to standard error."""
PATIENCE_NODES, PATIENCE_SECONDS = 100, 30.0
"""When SCIP must have some bound on the objective: after these many nodes, or this time. If variables of
a product have no bounds it may never find one, and would work for ever."""
BOUNDLESS = "boundless"
"""Our status for that."""


@dataclass
class Run:
    """What one call of SCIP left behind, read out of it only where its status allows."""

    status: str
    point: dict[str, Floats] | None = None
    bound: float | None = None
    log: str = ""
    failure: str = ""


class Session:
    """One SCIP model with its options.

    Args:
        translated: The model.
        options: What the user asked for; `extra` goes over everything.
        seconds: Time limit of this run, None for none.
        precision: Feasibility tolerance.

    Raises:
        SolverError: SCIP has no such parameter or does not take the value.
    """

    def __init__(
        self, translated: ScipModel, options: Options, seconds: float | None, precision: float
    ) -> None:
        self._translated = translated
        self._scip = translated.scip
        self._limited = bool({"limits/nodes", "limits/time"} & set(options.extra))
        known = self._scip.getParams()
        for name, value in {**_asked(options, seconds, precision), **options.extra}.items():
            _set(self._scip, name, value, known)

    @property
    def version(self) -> str:
        """Version of SCIP."""
        scip = self._scip
        return f"{scip.getMajorVersion()}.{scip.getMinorVersion()}.{scip.getTechVersion()}"

    def run(self, *, log: bool) -> Run:
        """Solve. Ctrl-C stops SCIP at once and is passed on."""
        if not log:
            return self._search()
        with tempfile.TemporaryDirectory(prefix="quintet-") as folder:
            path = Path(folder) / "scip.log"
            self._scip.setLogfile(str(path))
            run = self._search()
            self._scip.setLogfile(None)
            run.log = path.read_text(encoding="utf-8", errors="replace")
        return run

    def _search(self) -> Run:
        """Go on after the first nodes only if there is a bound by then."""
        seconds = float(self._scip.getParam("limits/time"))
        if not self._limited:
            self._scip.setParam("limits/nodes", PATIENCE_NODES)
            self._scip.setParam("limits/time", min(seconds, PATIENCE_SECONDS))
        run = _read(self._translated, _optimize(self._scip))
        out_of_patience = run.status == "nodelimit" or (
            run.status == "timelimit" and seconds > PATIENCE_SECONDS
        )
        if self._limited or not out_of_patience:
            return run
        if run.bound is None:
            run.status = BOUNDLESS
            return run
        self._scip.setParam("limits/nodes", -1)
        self._scip.setParam("limits/time", seconds)
        return _read(self._translated, _optimize(self._scip))


def _asked(options: Options, seconds: float | None, precision: float) -> Mapping[str, OptionValue]:
    asked: dict[str, OptionValue] = {
        "limits/gap": options.gap,
        "limits/absgap": options.absolute_gap,
        "lp/threads": options.threads,
        "randomization/randomseedshift": options.seed,
        "numerics/feastol": precision,
        "numerics/lpfeastolfactor": min(1.0, LP_PRECISION / precision),
        "numerics/dualfeastol": LP_PRECISION,
        "constraints/nonlinear/tightenlpfeastol": precision < LP_PRECISION,
        "misc/catchctrlc": False,
    }
    return asked if seconds is None else {**asked, "limits/time": seconds}


def _set(scip: Any, name: str, value: OptionValue, known: Mapping[str, OptionValue]) -> None:
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else "SCIP's parameters look like limits/nodes"
        raise SolverError(f"SCIP has no parameter {name!r}", place="option extra", remedy=remedy)
    try:
        scip.setParam(name, _typed(value, known[name]))
    except Exception as error:  # PySCIPOpt raises bare exceptions
        reason = " ".join(str(error).split())
        raise SolverError(f"SCIP does not take {value!r}: {reason}", place=f"option {name}") from None


def _typed(value: OptionValue, like: object) -> OptionValue:
    """The value in the type that the parameter has; a command line gives text."""
    if isinstance(like, bool):
        truths = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        return truths[str(value).lower()]
    if isinstance(like, int):
        return int(value)
    return float(value) if isinstance(like, float) else str(value)


def _optimize(scip: Any) -> str:
    """Run SCIP in a thread without the interpreter's lock, so that Ctrl-C reaches us; its failure or ""."""
    failures: list[str] = []
    # not Thread.join: interrupted, it takes the thread for finished (CPython issue 90882)
    finished = threading.Event()

    def run() -> None:
        try:
            scip.optimizeNogil()
        except Exception as error:  # PySCIPOpt raises bare exceptions
            failures.append(str(error) or type(error).__name__)
        finally:
            finished.set()

    thread = threading.Thread(target=run, name="scip", daemon=True)
    try:
        thread.start()
        finished.wait()
    except BaseException:
        scip.interruptSolve()
        if thread.ident is not None:
            finished.wait()
        raise
    return failures[0] if failures else ""


def _read(translated: ScipModel, failure: str) -> Run:
    scip = translated.scip
    if failure:
        return Run("error", failure=f"SCIP failed: {failure}")
    run = Run(str(scip.getStatus()))
    if run.status in ("infeasible", "inforunbd", "unbounded"):
        return run
    bound = float(scip.getDualbound())
    run.bound = bound if abs(bound) < INFINITE else None
    if scip.getNSols() > 0:
        best = scip.getBestSol()
        run.point = {
            name: np.array([scip.getSolVal(best, column) for column in columns], dtype=np.float64)
            for name, columns in translated.columns.items()
        }
    return run
