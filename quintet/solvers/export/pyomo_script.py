"""A model as a Pyomo script that a person would have written: indexed, data apart, runs alone.

Sets and parameters that the formulation computes are computed in the script as well, so that other
data can be put in. Logic over binaries becomes linear rows; logic over comparisons becomes
disjunctions (Pyomo.GDP, big M from the bounds).
"""

from __future__ import annotations

from collections.abc import Iterator

from quintet.errors import QuintetError
from quintet.formulation.catalogue import ModelCatalogue
from quintet.formulation.model import Model
from quintet.formulation.schema import Domain
from quintet.formulation.symbols import one_line
from quintet.formulation.tree import Generator, walk
from quintet.solvers.export import python_data
from quintet.solvers.export.python_code import Coder
from quintet.solvers.export.python_families import Families
from quintet.solvers.export.python_names import PythonNames
from quintet.solvers.export.python_relations import Relations

DATA_LIMIT = 5_000
"""Above this many values, `pyomo_files` puts the data into a file of their own."""

_ROW = '''
def row(relation):
    """A row in which no variable is left is plainly true or false; Pyomo wants to be told so."""
    if isinstance(relation, bool):
        return pyo.Constraint.Feasible if relation else pyo.Constraint.Infeasible
    return relation
'''
_READ = '''
def read(path):
    """Sets, tables (the last entry of a row is its value) and single values of a data file."""
    file = json.loads(path.read_text(encoding="utf-8"))
    data = dict(file["values"])
    for name, members in file["sets"].items():
        data[name] = [tuple(member) if isinstance(member, list) else member for member in members]
    for name, table in file["tables"].items():
        data[name] = {key[0] if len(key) == 1 else tuple(key): value for *key, value in table}
    return data


'''


def pyomo_script(model: Model) -> str:
    """One script with its data in it.

    Args:
        model: A bound model.

    Raises:
        SolverError: It holds something that Pyomo's solvers don't take; the message names it.
    """
    return _Script(model).text()


def pyomo_files(model: Model, stem: str) -> dict[str, str]:
    """The script, and beside it the data as JSON if they are many.

    Args:
        model: A bound model.
        stem: Name of the files without suffix.

    Returns:
        Text by file name.

    Raises:
        SolverError: It holds something that Pyomo's solvers don't take; the message names it.
    """
    script = _Script(model)
    if script.values() <= DATA_LIMIT:
        return {f"{stem}.py": script.text()}
    return {f"{stem}.py": script.text(f"{stem}.json"), f"{stem}.json": script.data_text()}


class _Script:
    def __init__(self, model: Model) -> None:
        self._model = model
        catalogue = ModelCatalogue(model)
        self._names = PythonNames(model, _index_names(model, catalogue))
        coder = Coder(model, self._names)
        families = Families(model, catalogue, self._names, coder)
        relations = Relations(model, families, self._names, coder)
        self._body = [*families.lines(), *relations.lines()]
        self._data = families.data
        self._relations = relations

    def text(self, data_file: str = "") -> str:
        """The script; its data in it, or read from a file beside it."""
        parts = [*self._head(), *self._imports(data_file), "", *self._data_lines(data_file), ""]
        if self._relations.guarded:
            parts += [*_ROW.splitlines(), "", ""]
        name = one_line(self._model.formulation.title or "model")
        parts += [f"{self._names.model} = pyo.ConcreteModel(name={name!r})"]
        return "\n".join(_spaced([*parts, *self._body, *self._solving()])) + "\n"

    def values(self) -> int:
        """Number of values among the data."""
        return sum(len(value) if isinstance(value, dict | list) else 1 for value in self._data.values())

    def data_text(self) -> str:
        """The data as JSON, a row a line."""
        return python_data.json_text(self._data)

    # head

    def _head(self) -> Iterator[str]:
        document = self._model.formulation
        text = [document.title or "An optimization model", "", *(document.text or "").strip().splitlines()]
        solver, packages = self._solver()
        text += ["", f"Needs: pip install {packages}", f"Solver: {solver}"]
        lines = [one_line(line).replace("\\", "\\\\").replace('"', '\\"') for line in text]
        yield f'"""{lines[0]}'
        yield from lines[1:]
        yield '"""'

    def _imports(self, data_file: str) -> Iterator[str]:
        yield ""
        if data_file:
            yield from ("import json", "from pathlib import Path", "")
        if self._relations.branches:
            yield "import pyomo.gdp"
        yield "import pyomo.environ as pyo"

    def _data_lines(self, data_file: str) -> Iterator[str]:
        if not data_file:
            yield from python_data.literal(self._data)
            return
        yield from _READ.splitlines()
        yield f"DATA = read(Path(__file__).with_name({data_file!r}))"

    # solving

    def _solver(self) -> tuple[str, str]:
        relations = self._relations
        kinds = {variable.domain for variable in self._model.variables.values() if len(variable.family)}
        discrete = relations.branches or bool(kinds - {Domain.CONTINUOUS})
        linear = relations.degree <= 1
        if linear or (not discrete and relations.rows_degree <= 1 and self._convex()):
            return "highs", "pyomo highspy"
        return "scip_direct", "pyomo pyscipopt"

    def _convex(self) -> bool:
        """Whether the objective is quadratic and convex, so that HiGHS can be trusted with it."""
        from quintet.solvers.convexity import is_convex
        from quintet.solvers.matrix import compile

        try:
            arrays = compile(self._model)
            return is_convex(arrays.products, arrays.columns, arrays.direction)
        except QuintetError:
            # what the matrix route does not take goes to the solver that takes everything
            return False

    def _solving(self) -> Iterator[str]:
        solver, _ = self._solver()
        model, objectives = self._names.model, self._relations.objectives
        yield from ("", "# Solution", "")
        if self._relations.branches:
            yield f'pyo.TransformationFactory("gdp.bigm").apply_to({model})'
        yield f'solver = pyo.SolverFactory("{solver}")'
        if solver == "highs":
            yield 'solver.options["mip_rel_gap"] = 0'
        else:
            yield from ('solver.options["limits/gap"] = 1e-6', 'solver.options["limits/absgap"] = 1e-6')
        if len(objectives) == 1:
            yield f"results = solver.solve({model}, load_solutions=False)"
            yield "status = results.solver.termination_condition"
            yield 'print("status:", status)'
            yield "if status == pyo.TerminationCondition.optimal:"
            yield f"    {model}.solutions.load_from(results)"
            yield f'    print("{objectives[0]}:", pyo.value({model}.{objectives[0]}))'
        else:
            yield from self._levels()
        yield f"    for variable in {model}.component_data_objects(pyo.Var):"
        yield "        if variable.value is not None and abs(variable.value) > 1e-9:"
        yield '            print(variable.name, "=", variable.value)'

    def _levels(self) -> Iterator[str]:
        """One solve a level; what a level has reached is kept, but for its tolerance."""
        model, kept = self._names.model, self._names.fresh("kept")
        yield "# objective, what it may lose, and the same relative to its value; the first counts most"
        yield "LEVELS = ["
        pairs = zip(self._relations.objectives, self._model.objectives, strict=True)
        yield from (f"    ({model}.{name}, {data.abs_tol!r}, {data.rel_tol!r})," for name, data in pairs)
        yield "]"
        yield f"{model}.{kept} = pyo.ConstraintList()"
        yield "for objective, _, _ in LEVELS:"
        yield "    objective.deactivate()"
        yield "for objective, absolute, relative in LEVELS:"
        yield "    objective.activate()"
        yield f"    results = solver.solve({model}, load_solutions=False)"
        yield "    status = results.solver.termination_condition"
        yield "    if status != pyo.TerminationCondition.optimal:"
        yield "        break"
        yield f"    {model}.solutions.load_from(results)"
        yield "    value = pyo.value(objective)"
        yield "    slack = max(absolute, relative * abs(value), 1e-7 * max(1, abs(value)))"
        yield "    if objective.sense == pyo.minimize:"
        yield f"        {model}.{kept}.add(objective.expr <= value + slack)"
        yield "    else:"
        yield f"        {model}.{kept}.add(objective.expr >= value - slack)"
        yield "    objective.deactivate()"
        yield 'print("status:", status)'
        yield "if status == pyo.TerminationCondition.optimal:"
        yield "    for objective, _, _ in LEVELS:"
        yield '        print(f"{objective.name}:", pyo.value(objective))'


def _index_names(model: Model, catalogue: ModelCatalogue) -> set[str]:
    """Every index name that a rule or a comprehension of the script binds."""
    trees = [constraint.tree for constraint in model.constraints.values()]
    trees += [expression.tree for expression in model.expressions.values()]
    trees += [objective.tree for objective in model.objectives if objective.tree is not None]
    names = {t for tree in trees for part in walk(tree) if isinstance(part, Generator) for t in part.targets}
    for name in catalogue.names():
        names |= set(catalogue.rows(name)[1])
    for family in (constraint.family for constraint in model.constraints.values()):
        names |= set(family.names)
    for name, entry in model.formulation.sets.items():
        if entry.computed is not None:
            tree = catalogue.members(entry.computed, f"sets.{name}.from", catalogue.rows(name)[1])
            names |= {t for part in walk(tree) if isinstance(part, Generator) for t in part.targets}
    return names


def _spaced(lines: list[str]) -> Iterator[str]:
    """At most two empty lines after one another."""
    empty = 0
    for line in lines:
        empty = 0 if line else empty + 1
        if empty <= 2:
            yield line
