"""Stories of our own: read, solved, and held against the optimum found by enumeration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from quintet.agent.reader import draft, read
from quintet.errors import ReaderDeclined
from quintet.formulation.binding import bind
from quintet.formulation.coverage import cover
from quintet.formulation.document import Formulation
from quintet.formulation.units import check_units
from quintet.problem import Severity
from quintet.solvers import solve
from tests.agent.reader.declined import BASE, DOUBTFUL, EXTRA, TOLD, USUAL, VARIANTS, WHOLE
from tests.agent.reader.stories import STORIES, Story


def optimum_of(formulation: Formulation) -> float | None:
    return solve(bind(formulation)).objective


def elements_of(document: dict[str, Any]) -> tuple[str, ...]:
    (elements,) = document["sets"].values()
    return tuple(elements)


def matches(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return found == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_story_is_read_as_it_is_meant(story: Story) -> None:
    document = draft(story.text)
    assert elements_of(document) == story.elements
    assert matches(optimum_of(read(story.text)), story.truth.optimum()), json.dumps(
        document["constraints"], indent=1
    )


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_story_leaves_no_number_open(story: Story) -> None:
    formulation = read(story.text)
    model = bind(formulation)
    found = [*model.findings, *cover(formulation), *check_units(model)]
    assert [f for f in found if f.severity is not Severity.INFO] == []


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_constraint_quotes_the_text(story: Story) -> None:
    formulation = read(story.text)
    assert formulation.text == story.text
    for entry in (*formulation.constraints.values(), *formulation.parameters.values()):
        for quote in entry.sources:
            assert quote == "implied" or quote in story.text


def test_domain_follows_the_nouns() -> None:
    for story in STORIES:
        (variable,) = draft(story.text)["variables"].values()
        assert (variable["domain"] == "integer") is story.truth.integer, story.name


def test_preferences_are_told_as_assumptions() -> None:
    story = next(story for story in STORIES if "preference" in story.name)
    notes = [note["text"] for note in draft(story.text)["assumptions"]]
    assert notes[0] == "A preference without a limit is no constraint."


def test_the_domain_is_explained_by_the_nouns() -> None:
    notes = [note["text"] for note in draft(STORIES[0].text)["assumptions"]]
    assert notes == ["stools, benches are counted in whole numbers."]
    acres = next(story for story in STORIES if "acres" in story.name)
    assert [note["text"] for note in draft(acres.text)["assumptions"]] == ["Acre amounts may be split."]


@pytest.mark.parametrize("name", EXTRA)
def test_what_has_no_place_is_declined_with_its_clause(name: str) -> None:
    extra, words = EXTRA[name]
    with pytest.raises(ReaderDeclined) as caught:
        read(BASE.format(extra=extra))
    assert words in caught.value.clause or words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "formulation yourself" in str(caught.value)


def test_the_base_of_the_declined_ones_is_read() -> None:
    assert optimum_of(read(BASE.format(extra=""))) == pytest.approx(960)


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_not_told_is_declined(name: str) -> None:
    with pytest.raises(ReaderDeclined):
        read(WHOLE[name])


@pytest.mark.parametrize("extra", DOUBTFUL)
def test_what_only_looks_like_a_bound_is_declined(extra: str) -> None:
    with pytest.raises(ReaderDeclined):
        read(BASE.format(extra=extra))


@pytest.mark.parametrize("changed", VARIANTS, ids=str)
def test_data_that_is_told_in_an_odd_way_is_declined(changed: dict[str, str]) -> None:
    with pytest.raises(ReaderDeclined):
        read(TOLD.format(**{**USUAL, **changed}))


def test_data_told_in_the_usual_way_is_read() -> None:
    assert optimum_of(read(TOLD.format(**USUAL))) == pytest.approx(1100)
