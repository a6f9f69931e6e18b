"""Does it matter whether amounts are whole? Solved both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from quintet.agent.checks.case import Case, error, info, warning
from quintet.agent.checks.resolving import Ending, Resolved
from quintet.formulation.model import Model, VariableData
from quintet.formulation.schema import Domain
from quintet.formulation.tolerances import agree
from quintet.problem import Finding
from quintet.solvers.arrays import CONTINUOUS, INTEGRAL, Arrays

DECIDING = re.compile(
    r"\b(whole|integers?|integral|integrality|counted|countable|indivisible|divisible|fractions?|fractional|split|continuous)\b",
    re.IGNORECASE,
)
"""Words of an assumption, a note or a source that settle the domain."""


def relaxation(case: Case) -> Iterator[Finding]:
    """A relaxed model can't have a worse optimum than the answer."""
    if not case.optimal or not case.discrete or case.linear is None or not case.relaxation.optimal:
        return
    if case.better(case.objective, case.relaxation.objective):
        message = f"the relaxation's optimum {case.relaxation.objective:g} is worse than the answer"
        yield error("relaxation", message)


def domain(case: Case) -> Iterator[Finding]:
    """Solve with whole amounts and with divisible ones; equal optima make the domain immaterial."""
    if not case.optimal or case.linear is None:
        return
    families = _in_question(case.model)
    if not families:
        return
    whole = families[0].integral
    other = _otherwise(case, case.linear, families, whole=whole)
    what = "divisible" if whole else "whole"
    if other.optimal and agree(other.objective, case.objective):
        yield info("domain-immaterial", f"with {what} amounts the optimum is the same")
    elif other.optimal:
        yield _sensitive(case.model, families, what, f"the optimum is {other.objective:g}")
    elif other.ending is Ending.INFEASIBLE:
        yield _sensitive(case.model, families, what, "there is no plan")
    else:
        yield info("domain-unknown", f"with {what} amounts no optimum was found quickly")


def _in_question(model: Model) -> list[VariableData]:
    """The integer families, or all if every one is continuous; a yes or no is never in question."""
    families = [variable for variable in model.variables.values() if len(variable.family)]
    integers = [variable for variable in families if variable.domain is Domain.INTEGER]
    if integers:
        return integers
    return families if all(variable.domain is Domain.CONTINUOUS for variable in families) else []


def _otherwise(case: Case, arrays: Arrays, families: list[VariableData], *, whole: bool) -> Resolved:
    integrality = arrays.integrality.copy()
    for variable in families:
        own = slice(variable.first_column, variable.first_column + len(variable.family))
        integrality[own] = CONTINUOUS if whole else INTEGRAL
    if np.all(integrality == CONTINUOUS):
        return case.relaxation
    return case.resolve(replace(arrays, integrality=integrality))


def _sensitive(model: Model, families: list[VariableData], what: str, outcome: str) -> Finding:
    names = ", ".join(variable.name for variable in families)
    message = f"with {what} amounts of {names} {outcome}"
    if decided(model, families):
        return info("domain-decided", f"{message}; the domain is stated", "variables")
    remedy = "say in the text, or in an assumption, whether they can be split"
    return warning("domain-sensitive", f"{message}; {remedy}", "variables")


def decided(model: Model, families: list[VariableData]) -> bool:
    """Whether the formulation says why these amounts are whole, or may be split."""
    assumptions = [f"{a.text} {' '.join(a.sources)}" for a in model.formulation.assumptions]
    if any(DECIDING.search(text) for text in assumptions):
        return True
    entries = [model.formulation.variables[variable.name] for variable in families]
    return all(entry.sources or DECIDING.search(entry.note or "") for entry in entries)
