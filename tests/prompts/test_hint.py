"""Hints: chosen by what a text says, the same each time, none by chance."""

from __future__ import annotations

import pytest

from quintet import examples
from quintet.formulation.document import Formulation
from quintet.prompts import choose
from quintet.prompts.hint import hints

CLASSES = {
    "assignment",
    "blending",
    "covering",
    "cutting_stock",
    "diet",
    "facility_location",
    "goals",
    "investment",
    "lot_sizing",
    "multi_period",
    "network_flow",
    "nonlinear",
    "portfolio",
    "production_mix",
    "rostering",
    "routing",
    "scheduling",
    "selection",
    "steps",
    "transportation",
}
CHOSEN = {
    "assignment": "assignment",
    "blending": "blending",
    "bottling": "lot_sizing",
    "cutting_stock": "cutting_stock",
    "cyclic_roster": "rostering",
    "diet": "diet",
    "facility_location": "facility_location",
    "few_assets": "portfolio",
    "goal_programming": "goals",
    "job_shop": "scheduling",
    "knapsack": "selection",
    "lot_sizing": "lot_sizing",
    "min_cost_flow": "network_flow",
    "min_max": "goals",
    "p_median": "facility_location",
    "piecewise_tariff": "steps",
    "pooling": "blending",
    "portfolio": "portfolio",
    "product_mix": "production_mix",
    "project_crashing": "scheduling",
    "project_selection": "selection",
    "quadratic_assignment": "assignment",
    "quantity_discount": "steps",
    "ratio_objective": "nonlinear",
    "set_covering": "covering",
    "set_packing": "covering",
    "setup_carryover": "lot_sizing",
    "shortest_path": "network_flow",
    "soft_limits": "goals",
    "tin_can": "nonlinear",
    "transport": "transportation",
    "travelling_salesman": "routing",
    "two_stage": "multi_period",
    "unit_commitment": "multi_period",
    "vehicle_routing": "routing",
}


def chosen(text: str, most: int = 3) -> list[str]:
    return [hint.name for hint in choose(text, most)]


def test_every_class_has_its_hint() -> None:
    assert {hint.name for hint in hints()} == CLASSES


@pytest.mark.parametrize("hint", hints(), ids=lambda hint: hint.name)
def test_a_hint_is_a_few_lines_of_mistakes_with_remedies(hint: object) -> None:
    lines = hint.body.splitlines()  # pyright: ignore[reportAttributeAccessIssue]
    assert 4 <= len(lines) <= 8
    assert all(line.startswith("- ") for line in lines)


@pytest.mark.parametrize(("example", "first"), CHOSEN.items())
def test_an_example_of_the_gallery_gets_its_hint_first(example: str, first: str) -> None:
    assert chosen(Formulation.load(examples.path(example)).text or "")[0] == first


def test_no_text_brings_no_hint() -> None:
    assert choose("") == ()
    assert choose("The quick brown fox jumps over the lazy dog.") == ()


def test_never_more_than_asked_for() -> None:
    everything = " ".join(cue.start for hint in hints() for cue in hint.cues)
    assert len(choose(everything)) == 3
    assert len(choose(everything, most=50)) > 10
    assert choose(everything, most=0) == ()


def test_a_strong_cue_is_enough_and_a_weak_one_is_not() -> None:
    assert chosen("a knapsack") == ["selection"]
    assert chosen("a depot") == []


def test_a_chance_word_beside_a_clear_class_brings_nothing() -> None:
    text = (
        "A travelling salesman makes a round trip from the depot and visits each city exactly once. The diet."
    )
    assert chosen(text) == ["routing"]


def test_case_and_line_ends_do_not_matter() -> None:
    assert chosen("a JOB\n   Shop") == ["scheduling"]


def test_a_cue_is_a_whole_word_unless_it_ends_in_a_star() -> None:
    assert chosen("a dietary question") == ["diet"]
    assert chosen("the tspoon") == []


def test_equals_come_in_alphabetical_order() -> None:
    assert chosen("nutrients and a blend") == ["blending", "diet"]
