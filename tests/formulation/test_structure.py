"""What can be said of a bound model by its structure alone."""

from __future__ import annotations

from quintet.formulation.binding import bind
from quintet.formulation.document import Formulation
from quintet.formulation.structure import structure


def codes(text: str) -> set[str]:
    return {finding.code for finding in structure(bind(Formulation.loads(text)))}


def test_a_parameter_that_only_ends_a_range_is_used() -> None:
    document = """
    sets: {Day: 1..days, Night: {range: start..days}}
    parameters: {days: 7, start: 2}
    variables: {x: {index: [Day], lower: 0, upper: 1}, y: {index: [Night], lower: 0, upper: 1}}
    objective: {sense: maximize, expression: "sum(x[d] for d in Day) + sum(y[n] for n in Night)"}
    """
    assert "unused-parameter" not in codes(document)


def test_a_parameter_that_nothing_names_is_not_used() -> None:
    document = """
    parameters: {days: 7}
    variables: {x: {lower: 0, upper: 1}}
    objective: {sense: maximize, expression: x}
    """
    assert "unused-parameter" in codes(document)
