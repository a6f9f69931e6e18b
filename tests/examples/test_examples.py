"""Every example of the gallery: its story, its optimum by an oracle, and by two routes of the package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import openpyxl
import pytest

from quintet import examples
from quintet.errors import ProblemError
from quintet.formulation.binding import bind
from quintet.formulation.classify import classify
from quintet.formulation.coverage import cover
from quintet.formulation.document import Formulation
from quintet.formulation.evaluator import evaluate
from quintet.formulation.model import Model
from quintet.formulation.structure import structure
from quintet.formulation.tolerances import agree
from quintet.formulation.units import check_units
from quintet.problem import Severity
from quintet.solvers import Outcome, Solution, solve
from quintet.solvers.registry import find
from quintet.solvers.rewrite import rewrite
from tests.examples import make_workbooks
from tests.examples.oracles import enumeration, oracle

NAMES = examples.names()
PUZZLES = {"magic_hives"}
"""Examples whose objective is to find any point."""


@cache
def formulation(name: str) -> Formulation:
    return Formulation.load(examples.path(name))


@cache
def model(name: str) -> Model:
    return bind(formulation(name))


@cache
def solution(name: str, route: str) -> Solution:
    return solve(model(name), solver=None if route == "default" else route)


def entries(document: Formulation) -> Iterator[tuple[str, Any]]:
    for section in ("tables", "sets", "parameters", "variables", "expressions", "constraints"):
        for key, entry in getattr(document, section).items():
            yield f"{section}.{key}", entry
    yield from ((f"objective.{n}", entry) for n, entry in enumerate(document.objectives))
    yield from ((f"assumptions.{n}", entry) for n, entry in enumerate(document.assumptions))


def occurs(quote: str, text: str) -> bool:
    """Whether a quote occurs: white space as one blank, `…` for anything between."""
    parts = (re.escape(" ".join(part.split())) for part in quote.split("…"))
    return re.search(r".*?".join(parts), " ".join(text.split())) is not None


def test_the_gallery_is_large_enough_and_lists_itself():
    assert len(NAMES) >= 30
    assert sorted(NAMES) == NAMES
    assert all(examples.path(name).is_file() for name in NAMES)


def test_the_list_of_the_gallery_names_every_example_once():
    listed = re.findall(
        r"\[(\w+)\]\(\1/formulation\.yaml\)", (examples.folder() / "README.md").read_text(encoding="utf-8")
    )
    assert sorted(listed) == NAMES


def test_an_unknown_example_is_refused_with_those_there_are():
    with pytest.raises(ProblemError, match="no example is called 'nonsense'; there are .*knapsack"):
        examples.path("nonsense")


@pytest.mark.parametrize("name", NAMES)
def test_the_story_is_told_and_every_clause_is_a_quotation(name: str):
    document = formulation(name)
    assert document.title
    assert document.note
    text = document.text or ""
    assert 30 <= len(text.split()) <= 160
    for place, entry in entries(document):
        for quote in entry.sources:
            assert quote == "implied" or occurs(quote, text), f"{place}: {quote}"
        if place.startswith(("constraints", "objective")):
            assert entry.sources, place
    assert all(entry.kind for entry in document.constraints.values())


@pytest.mark.parametrize("name", NAMES)
def test_quintet_finds_nothing_to_object(name: str):
    found = [*cover(formulation(name)), *structure(model(name)), *check_units(model(name))]
    assert [finding for finding in found if finding.severity is not Severity.INFO] == []


@pytest.mark.parametrize("name", sorted(set(NAMES) - PUZZLES))
def test_the_stated_optimum_is_the_oracles(name: str):
    stated, found = formulation(name).optimum, oracle(name)()
    if isinstance(stated, str) or isinstance(found, str):
        assert stated == found
    else:
        assert stated == pytest.approx(found, rel=1e-9, abs=1e-9)


def test_the_puzzle_has_the_one_solution_that_its_note_states():
    assert enumeration.magic_hives_squares() == [(2, 7, 6, 9, 5, 1, 4, 3, 8)]
    assert "2 7 6 / 9 5 1 / 4 3 8" in (formulation("magic_hives").note or "")


@pytest.mark.parametrize("sheets", make_workbooks.WORKBOOKS)
def test_a_workbook_holds_what_its_seed_says(sheets: str):
    book = openpyxl.load_workbook(make_workbooks.EXAMPLES / sheets, read_only=True)
    read = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    book.close()
    assert read == make_workbooks.WORKBOOKS[sheets]()


@pytest.mark.parametrize("route", ["default", "highs", "scip"])
@pytest.mark.parametrize("name", NAMES)
def test_the_stated_optimum_is_found(name: str, route: str):
    kind = classify(rewrite(model(name)))
    if route == "highs" and kind not in find(route).classes:
        pytest.skip(f"highs does not solve a model of class {kind.value}")
    found, stated = solution(name, route), formulation(name).optimum
    if isinstance(stated, str):
        assert found.outcome == Outcome(stated)
        return
    assert found.outcome is Outcome.OPTIMAL
    assert found.point is not None
    assert evaluate(model(name), found.point).feasible()
    if name not in PUZZLES:
        assert stated is not None
        assert found.objective is not None
        assert agree(found.objective, stated)


def test_the_second_level_is_best_among_those_best_at_the_first():
    point = solution("lexicographic", "default").point
    assert point is not None
    values = evaluate(model("lexicographic"), point).objectives
    assert (values["nurses"], values["kilometres"]) == enumeration.lexicographic_levels()
