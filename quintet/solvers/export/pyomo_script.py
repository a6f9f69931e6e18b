'''A model as a Pyomo script that a person would have written: indexed, data apart, runs alone.

Sets and parameters that the formulation computes are computed in the script as well, so that other
data can be put in. Logic over binaries becomes linear rows; logic over comparisons becomes
disjunctions (Pyomo.GDP, big M from the bounds).
'''

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from quintet.errors import SolverError
from quintet.formulation.catalogue import ModelCatalogue
from quintet.formulation.classify import degree
from quintet.formulation.model import ConstraintData, Model, ObjectiveData, SetData, VariableData
from quintet.formulation.schema import Domain, Sense
from quintet.formulation.symbols import one_line
from quintet.formulation.tolerances import finite_bound
from quintet.formulation.tree import (
    Call,
    Compare,
    Comprehension,
    Conditional,
    ExpressionRef,
    Generator,
    IndexRef,
    Negate,
    Node,
    ParameterRef,
    SetRef,
    Sum,
    TupleOf,
    VariableRef,
    children,
    walk,
)
from quintet.solvers.export import python_data
from quintet.solvers.export.clauses import alternatives, linear_rows
from quintet.solvers.export.python_code import Coder
from quintet.solvers.export.python_names import PythonNames
from quintet.solvers.rows.links import varying
from quintet.solvers.rows.scoping import free_names

DATA_LIMIT = 5_000
"""Above this many values, `pyomo_files` puts the data into a file of their own."""


def pyomo_script(model: Model) -> str:
    """One script with its data in it.

    Args:
        model: A bound model.

    Raises:
        SolverError: It holds something that Pyomo's solvers don't take; the message names it.
    """
    return _Script(model).text(None)


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
    if script.size() <= DATA_LIMIT:
        return {f"{stem}.py": script.text(None)}
    return {f"{stem}.py": script.text(f"{stem}.json"), f"{stem}.json": script.data_text()}
