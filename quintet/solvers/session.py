"""One run of HiGHS: arrays and options in, status and vectors out."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import numpy as np

from quintet.errors import SolverError
from quintet.formulation.model import Floats, Ids
from quintet.solvers.arrays import Arrays
from quintet.solvers.options import Options, OptionValue

if TYPE_CHECKING:
    from highspy import Highs

COLUMNWISE, ROWWISE, LOWER_TRIANGLE, MINIMISE = 1, 2, 1, 1
"""HiGHS's numbers for matrix formats, the Hessian's format and the sense."""
LARGEST_COEFFICIENT = 1e15
"""From here on HiGHS refuses a coefficient (its option `large_matrix_value`)."""
FEASIBLE_POINT = 2
"""HiGHS's number for a primal solution that is feasible."""
DEFAULTS: Mapping[str, OptionValue] = {
    "log_to_console": False,
    # 1e-9, HiGHS's own, would drop coefficients that a large variable makes matter.
    "small_matrix_value": 1e-12,
    # HiGHS adds 5e-8·x'x to a quadratic objective unless told not to; `duality` judges the result.
    "qp_regularization_value": 0.0,
}
TRUE, FALSE = ("true", "on", "yes", "1"), ("false", "off", "no", "0")


@dataclass(frozen=True)
class Run:
    """What HiGHS gave back, minimising.

    Args:
        status: Name of its model status, `kOptimal`.
        x: A feasible point, None if there is none.
        row_dual: Multipliers of the rows, None if there are none.
        bound: Lower bound of a MILP, -inf if there is none.
        ray: A direction of unboundedness, None if HiGHS has none.
    """

    status: str
    x: Floats | None
    row_dual: Floats | None
    bound: float
    ray: Floats | None


class Session:
    """One HiGHS object, loaded with one model.

    Args:
        arrays: The model.
        options: What the user asked for.
        extra: Options of this run by HiGHS's names; those of `options.extra` go over them.
        log: File to which HiGHS adds its log, None for no log.

    Raises:
        SolverError: An unknown option, a value it can't take, or a model that HiGHS refuses.
    """

    def __init__(
        self, arrays: Arrays, options: Options, extra: Mapping[str, OptionValue], log: Path | None = None
    ) -> None:
        from highspy import Highs

        self._highs = Highs()
        self._highs.setOptionValue("output_flag", False)
        for name, value in {**DEFAULTS, **_asked(options), **extra, **options.extra}.items():
            _set(self._highs, name, value)
        if log is not None:
            self._highs.setOptionValue("log_file", str(log))
            self._highs.setOptionValue("output_flag", True)
        if self._highs.passModel(*_arguments(arrays)).name == "kError":
            raise SolverError("HiGHS refuses the model", remedy="ask for its log, or take --solver scip")

    def run(self) -> Run:
        """Solve. Ctrl-C stops HiGHS at once and is passed on.

        HiGHS works in a thread of its own: the calling thread stays free to take the interrupt, and
        HiGHS's scheduler, which belongs to a thread, can have another number of threads each time.
        """
        self._highs.HandleUserInterrupt = True
        failures: list[BaseException] = []
        # not Thread.join: interrupted, it takes the thread for finished (CPython issue 90882)
        finished = Event()
        Thread(target=_work, args=(self._highs, finished, failures), daemon=True).start()
        try:
            finished.wait()
        except BaseException:
            self._highs.cancelSolve()
            finished.wait()
            raise
        if failures:
            raise SolverError(f"HiGHS failed: {failures[0]}") from failures[0]
        return self._collected()

    # changes before another `run`, which starts from the basis of the last one

    def change_costs(self, columns: Ids, costs: Floats) -> None:
        """New costs of some columns, to be minimised: for a maximum, negate them."""
        _accepted(self._highs.changeColsCost(len(columns), columns.astype(np.int32), costs))

    def change_columns(self, columns: Ids, lower: Floats, upper: Floats) -> None:
        """New bounds of some columns."""
        _accepted(self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper))

    def change_rows(self, rows: Ids, lower: Floats, upper: Floats) -> None:
        """New sides of some rows; ±inf frees them."""
        _accepted(self._highs.changeRowsBounds(len(rows), rows.astype(np.int32), lower, upper))  # type: ignore[attr-defined]  # missing in its stubs

    def reload(self, arrays: Arrays) -> None:
        """Another model of the same rows and columns, to be started from the basis of the last one.

        For new coefficients: HiGHS 1.13.1 has crashed after `changeCoeff` on a live model.

        Raises:
            SolverError: HiGHS refuses it.
        """
        basis = self._highs.getBasis()
        if self._highs.passModel(*_arguments(arrays)).name == "kError":
            raise SolverError("HiGHS refuses a change of the model")
        if basis.valid:
            self._highs.setBasis(basis)

    def set_option(self, name: str, value: OptionValue) -> None:
        """One more option, by HiGHS's name."""
        _set(self._highs, name, value)

    def start_from(self, x: Floats) -> None:
        """A point to start from: an incumbent of a MILP, a crash point of an LP. It need not be feasible."""
        from highspy import HighsSolution

        point = HighsSolution()
        point.col_value = x.tolist()
        self._highs.setSolution(point)

    @property
    def seconds(self) -> float:
        """Time of all its runs together; HiGHS counts its limit from the first."""
        return float(self._highs.getRunTime())

    def dual_ray(self) -> Floats | None:
        """Row multipliers that show why an LP is infeasible, as HiGHS gives them; None if it has none."""
        if self._highs.getModelStatus().name != "kInfeasible":
            return None
        _, found, ray = self._highs.getDualRay()  # type: ignore[attr-defined]  # missing in its stubs
        return np.array(ray, dtype=np.float64) if found else None

    def basic(self) -> tuple[Ids, Ids]:
        """Columns and rows that are basic after the last run of an LP; none where there is no basis."""
        found = self._highs.getBasis()
        statuses = (found.col_status, found.row_status) if found.valid else ((), ())
        columns, rows = (np.flatnonzero([s.name == "kBasic" for s in part]) for part in statuses)
        return columns, rows

    def _collected(self) -> Run:
        highs, info, solution = self._highs, self._highs.getInfo(), self._highs.getSolution()
        feasible = solution.value_valid and info.primal_solution_status == FEASIBLE_POINT
        return Run(
            status=highs.getModelStatus().name,
            x=np.array(solution.col_value, dtype=np.float64) + 0.0 if feasible else None,
            row_dual=np.array(solution.row_dual, dtype=np.float64) + 0.0 if solution.dual_valid else None,
            bound=float(info.mip_dual_bound),
            ray=self._ray(),
        )

    def _ray(self) -> Floats | None:
        if self._highs.getModelStatus().name != "kUnbounded":
            return None
        _, found, ray = self._highs.getPrimalRay()  # type: ignore[attr-defined]  # missing in its stubs
        return np.array(ray, dtype=np.float64) if found else None


def _work(highs: Highs, finished: Event, failures: list[BaseException]) -> None:
    try:
        highs.run()
    except BaseException as error:  # handed to the thread that waits
        failures.append(error)
    finally:
        type(highs).resetGlobalScheduler(True)
        finished.set()


def _accepted(status: Any) -> None:
    if status is not None and status.name == "kError":
        raise SolverError("HiGHS refuses a change of the model")


def version() -> str:
    """The version of HiGHS."""
    from highspy import Highs

    return Highs().version()


# the model


def _arguments(arrays: Arrays) -> tuple[Any, ...]:
    """The arguments of the flat `passModel` (10 times faster than filling HighsLp); all minimised."""
    sizes = (arrays.columns, arrays.rows, arrays.nonzeros)
    vectors = (
        arrays.direction * arrays.cost,
        arrays.column_lower,
        arrays.column_upper,
        arrays.row_lower,
        arrays.row_upper,
        arrays.matrix.starts.astype(np.int32),
        arrays.matrix.columns.astype(np.int32),
        arrays.matrix.values,
    )
    offset = arrays.direction * arrays.offset
    integrality = arrays.integrality.astype(np.int32)
    if not len(arrays.products):
        return (*sizes, ROWWISE, MINIMISE, offset, *vectors, integrality)
    hessian = _hessian(arrays)
    formats = (len(hessian[2]), ROWWISE, LOWER_TRIANGLE, MINIMISE)
    return (*sizes, *formats, offset, *vectors, *hessian, integrality)


def _hessian(arrays: Arrays) -> tuple[np.ndarray, np.ndarray, Floats]:
    """The lower triangle of the Hessian by columns. `products` is ordered by (first, second)."""
    products = arrays.products
    counts = np.bincount(products.first, minlength=arrays.columns)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    twice = np.where(products.first == products.second, 2.0, 1.0)
    return starts, products.second.astype(np.int32), arrays.direction * twice * products.values


# options


def _asked(options: Options) -> dict[str, OptionValue]:
    asked: dict[str, OptionValue] = {
        "mip_rel_gap": options.gap,
        "mip_abs_gap": options.absolute_gap,
        "threads": options.threads,
        "random_seed": options.seed,
    }
    return asked if options.time_limit is None else {**asked, "time_limit": float(options.time_limit)}


def _set(highs: Highs, name: str, value: OptionValue) -> None:
    status, kind = highs.getOptionType(name)
    if status.name == "kError":
        raise _unknown(name)
    converted = _converted(name, value, kind.name)
    if highs.setOptionValue(name, converted).name == "kError":
        raise SolverError(f"{value!r} is out of range", place=f"HiGHS option {name}")


def _unknown(name: str) -> SolverError:
    from highspy import HighsOptions

    names = [known for known in dir(HighsOptions) if not known.startswith("_")]
    close = difflib.get_close_matches(name, names, n=1)
    remedy = f"did you mean {close[0]!r}?" if close else "HiGHS's own documentation lists its options"
    return SolverError(f"HiGHS has no option {name!r}", remedy=remedy)


def _converted(name: str, value: OptionValue, kind: str) -> OptionValue:
    """The value as the type that HiGHS wants; options from a command line are text."""
    try:
        if kind == "kBool":
            return _truth(value)
        if kind == "kInt":
            return _whole(value)
        return float(value) if kind == "kDouble" else str(value)
    except ValueError:
        wanted = {"kBool": "true or false", "kInt": "a whole number", "kDouble": "a number"}[kind]
        message = f"{value!r} is not {wanted}"
        raise SolverError(message, place=f"HiGHS option {name}", remedy=f"give {wanted}") from None


def _truth(value: OptionValue) -> bool:
    text = str(value).lower()
    if text not in (*TRUE, *FALSE):
        raise ValueError(text)
    return text in TRUE


def _whole(value: OptionValue) -> int:
    number = float(value)
    if not number.is_integer():
        raise ValueError(value)
    return int(number)
