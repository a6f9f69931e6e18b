from __future__ import annotations

import pytest

from quintet import examples
from quintet.formulation.binder import Binder
from quintet.formulation.binding import bind
from quintet.formulation.catalogue import ModelCatalogue
from quintet.formulation.declarations import Component
from quintet.formulation.document import Formulation
from quintet.formulation.tree import Comprehension, SetRef


@pytest.mark.parametrize("name", examples.names())
def test_a_model_says_of_its_names_what_the_binder_said(name: str) -> None:
    formulation = Formulation.load(examples.path(name))
    model = bind(formulation)
    assert formulation.folder is not None
    binder, catalogue = Binder(formulation, formulation.folder), ModelCatalogue(model)
    for one in binder.names():
        assert catalogue.declared(one) == binder.declared(one)
        assert catalogue.rows(one)[0] == binder.indexed(one).generators
    for one, entry in formulation.constraints.items():
        place = f"constraints.{one}.for"
        assert catalogue.rows_of(entry.each, place)[0] == binder.family_of(entry.each, place).generators


def test_elements_are_found_by_their_text() -> None:
    catalogue = ModelCatalogue(bind(Formulation.load(examples.path("bottling"))))
    week = Component(SetRef("Week"))
    assert catalogue.element_of(week, "3") == 3
    assert catalogue.element_of(week, 7) is None
    assert catalogue.element_of(Component(SetRef("Can"), 1), "cola") == "cola"
    assert catalogue.element_of(Component(), "cola") == "cola"
    assert catalogue.element_of(Component(), "water") is None
    assert catalogue.declared("nothing") is None


def test_computed_sets_are_resolved() -> None:
    catalogue = ModelCatalogue(bind(Formulation.load(examples.path("bottling"))))
    node = catalogue.members("(l, d) for l in Line for d in Drink if cost[l, d] < dear", "here", {})
    assert isinstance(node, Comprehension)
    assert node.generators[0].domain == SetRef("Line")
    assert catalogue.members("Line + Line", "here", {}) != SetRef("Line")
