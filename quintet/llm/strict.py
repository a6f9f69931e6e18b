"""The JSON schema of a pydantic model, as servers with strict structured output want it."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from pydantic import BaseModel

# Pydantic holds replies to these afterwards; some servers refuse a schema that has them.
_LEFT_TO_PYDANTIC = {
    "default",
    "discriminator",
    "examples",
    "maxLength",
    "maxProperties",
    "minLength",
    "minProperties",
    "title",
    "uniqueItems",
}
_NOT_STRICT = {"patternProperties", "prefixItems", "propertyNames", "not", "if"}
_NAMES = {"properties", "$defs"}


@cache
def strict_schema(model: type[BaseModel]) -> tuple[dict[str, Any], bool]:
    """A schema for `response_format`.

    Returns:
        The schema, and whether it is strict: every object closed, every property required. A model with open
        mappings, tuples of fixed places or values of any kind can't be strict; its plain schema is returned.
    """
    schema = model.model_json_schema()
    tightened = _rooted(copy.deepcopy(schema))
    strict = _tighten(tightened)
    return (tightened, True) if strict else (schema, False)


def _rooted(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with an object at its root, where pydantic has a reference for a model that holds itself."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    return copy.deepcopy(schema["$defs"][reference.rpartition("/")[2]]) | {"$defs": schema["$defs"]}


def _tighten(node: Any) -> bool:
    """Change a schema in place; False if it can't be strict."""
    if isinstance(node, list):
        return all(_tighten(child) for child in node)
    if not isinstance(node, dict):
        return True
    _drop(node)
    if not node or _NOT_STRICT & node.keys() or not _close(node):
        return False
    return all(_tighten_child(name, child) for name, child in node.items())


def _tighten_child(name: str, child: Any) -> bool:
    if name in ("enum", "const", "required", "description"):
        return True
    return all(_tighten(schema) for schema in child.values()) if name in _NAMES else _tighten(child)


def _drop(node: dict[str, Any]) -> None:
    for name in _LEFT_TO_PYDANTIC & node.keys():
        del node[name]
    if "oneOf" in node:
        node["anyOf"] = node.pop("oneOf")
    if "$ref" in node:  # nothing may stand beside a reference
        reference = node["$ref"]
        node.clear()
        node["$ref"] = reference


def _close(node: dict[str, Any]) -> bool:
    """Close an object; False if it is open by design."""
    if node.get("type") != "object":
        return True
    if "properties" not in node or node.get("additionalProperties", False) is not False:
        return False
    node["additionalProperties"] = False
    node["required"] = list(node["properties"])
    return True
