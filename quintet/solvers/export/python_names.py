"""The formulation's names as names of a Python script, where Python and Pyomo have taken some."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

from quintet.formulation.model import Model

COMPONENTS = ("Constraint", "Objective", "Expression", "Disjunction")
"""Pyomo's decorators that the script uses: `@model.Constraint`."""
ATTRIBUTES = frozenset(
    """
    Skip activate active active_blocks active_component_data active_components add_component all_blocks
    all_component_data all_components block_data_objects clear clear_suffix_value clone cname
    collect_ctypes component component_data_iterindex component_data_objects component_map
    component_objects compute_statistics config construct contains_component create_instance ctype
    deactivate del_component dim display doc find_component fix_all_vars get_suffix_value getname
    id_index_map index index_set is_component_type is_constructed is_expression_type is_indexed
    is_logical_type is_named_expression_type is_numeric_type is_parameter_type is_reference
    is_variable_type items iteritems iterkeys itervalues keys load local_name model name nconstraints
    nobjectives nvariables parent_block parent_component pprint preprocess private_data
    reclassify_component_type reconstruct register_private_data_initializer root_block set_suffix_value
    set_value solutions statistics to_dense_data transfer_attributes_from type unfix_all_vars
    valid_model_component valid_problem_types values write
    """.split()  # noqa: SIM905 - one word a name would be a page
)
"""What a `ConcreteModel` of Pyomo 6.10 has as attributes of its own."""
_MODULES = ("DATA", "LEVELS", "json", "pyo", "pyomo", "row", "rows", "solver", "results", "status", "Path")
_WORD = re.compile(r"[^A-Za-z0-9_]+")


class PythonNames:
    """One Python name for each name of a model.

    Args:
        model: The model.
        indices: All index names that it uses.
    """

    def __init__(self, model: Model, indices: Iterable[str]) -> None:
        taken = set(indices)
        self.model = next(name for name in _candidates("model") if name not in taken)
        self._reserved = {self.model, *_MODULES, *dir(builtins), *keyword.kwlist}
        self._used: set[str] = set()
        self._components: dict[str, str] = {}
        for room in (model.sets, model.parameters, model.variables, model.expressions):
            for name in room:
                self._components[name] = self.fresh(name)

    def component(self, name: str) -> str:
        """A set, parameter, variable or expression: `model.make`."""
        return f"{self.model}.{self.attribute(name)}"

    def attribute(self, name: str) -> str:
        """As `component`, without the model."""
        return self._components[name]

    def fresh(self, wanted: str) -> str:
        """An attribute that is still free, like the one that is wanted."""
        word = _WORD.sub("_", wanted).strip("_") or "x"
        word = f"x{word}" if word[0].isdigit() else word
        name = next(name for name in _candidates(word) if self._free(name))
        self._used.add(name)
        return name

    def _free(self, name: str) -> bool:
        return not (name in self._used or name in self._reserved or name in ATTRIBUTES or name in COMPONENTS)

    def index(self, name: str) -> str:
        """An index name, which is local to a rule or a comprehension."""
        word = f"i{name}" if name.startswith("_") else name
        return f"{word}_" if word in self._reserved else word


def _candidates(word: str) -> Iterable[str]:
    yield word
    yield f"{word}_"
    yield from (f"{word}_{number}" for number in range(2, 10_000))
