from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from quintet.formulation.document import Formulation
from quintet.llm.strict import strict_schema


class Leaf(BaseModel):
    name: str = Field(min_length=1, max_length=9)
    weight: float = 1.0


class Tree(BaseModel):
    kind: Literal["oak", "elm"]
    leaves: list[Leaf] = []
    child: Tree | None = None
    best: Leaf = Field(default=Leaf(name="a"), description="the best one")


class Open(BaseModel):
    weights: dict[str, float]


class Pair(BaseModel):
    pair: tuple[int, str]


class Anything(BaseModel):
    value: Any


def nodes(schema: Any) -> list[dict[str, Any]]:
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    return ([schema] if isinstance(schema, dict) else []) + [node for child in inner for node in nodes(child)]


def test_every_object_is_closed_and_complete() -> None:
    schema, strict = strict_schema(Tree)
    assert strict
    found = [node for node in nodes(schema) if node.get("type") == "object"]
    assert len(found) == 3  # the root, and the two definitions
    assert schema["type"] == "object"
    for node in found:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])
    assert not any("default" in node or "minLength" in node for node in nodes(schema))
    assert all(len(node) == 1 for node in nodes(schema) if "$ref" in node)


@pytest.mark.parametrize("model", [Open, Pair, Anything])
def test_what_can_not_be_strict_is_sent_as_it_is(model: type[BaseModel]) -> None:
    assert strict_schema(model) == (model.model_json_schema(), False)


def test_the_formulation_has_a_schema() -> None:
    schema, _ = strict_schema(Formulation)
    assert schema["type"] == "object"
