"""Writing the model object that a program built as an LP or MPS file, inside the job.

Names are the model's own where the library writes them. What a library can't write is said in the note.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Writer = Callable[[Any, str], None]


def export(objects: list[tuple[str, Any]], form: str) -> dict[str, str]:
    """The text of the first model that can be written.

    Args:
        objects: Names and solver objects, the likeliest first.
        form: ``lp`` or ``mps``.

    Returns:
        ``text`` (empty if there is none), ``library``, ``name``, ``form`` and ``note``.
    """
    notes: list[str] = []
    for name, value in objects:
        for kind in type(value).__mro__:
            library = kind.__module__.partition(".")[0]
            writer = WRITERS.get(f"{library}.{kind.__name__}")
            if writer is None:
                continue
            text, note = _written(writer, value, form)
            if text:
                return {"text": text, "library": library, "name": name, "form": form, "note": ""}
            notes.append(f"{library} object {name}: {note}")
            break
    return {
        "text": "",
        "library": "",
        "name": "",
        "form": form,
        "note": "; ".join(notes) or "no model object was left",
    }


def _written(writer: Writer, value: Any, form: str) -> tuple[str, str]:
    place = Path(f".captured-model.{form}").absolute()
    try:
        writer(value, str(place))
        return place.read_text(encoding="utf-8"), ""
    except Exception as error:  # a library's writer fails in its own ways; the note carries it out
        return "", f"{type(error).__name__}: {error}"[:300]
    finally:
        place.unlink(missing_ok=True)


def _pyomo(model: Any, path: str) -> None:
    model.write(path, io_options={"symbolic_solver_labels": True})


def _highs(solver: Any, path: str) -> None:
    solver.setOptionValue("output_flag", False)
    if solver.writeModel(path).name == "kError":
        raise ValueError("HiGHS did not write it")


def _scip(model: Any, path: str) -> None:
    model.hideOutput()
    model.writeProblem(path, verbose=False)


def _linear_solver(solver: Any, path: str) -> None:
    lp = path.endswith(".lp")
    text = solver.ExportModelAsLpFormat(False) if lp else solver.ExportModelAsMpsFormat(False, False)
    Path(path).write_text(text, encoding="utf-8")


def _pulp(problem: Any, path: str) -> None:
    (problem.writeLP if path.endswith(".lp") else problem.writeMPS)(path)


def _gurobi(model: Any, path: str) -> None:
    model.write(path)


def _unwritable(model: Any, path: str) -> None:
    raise NotImplementedError("a CP-SAT model has logical constraints that LP and MPS have no form for")


WRITERS: dict[str, Writer] = {
    "pyomo.ConcreteModel": _pyomo,
    "highspy.Highs": _highs,
    "pyscipopt.Model": _scip,
    "ortools.Solver": _linear_solver,
    "ortools.CpModel": _unwritable,
    "pulp.LpProblem": _pulp,
    "gurobipy.Model": _gurobi,
}
