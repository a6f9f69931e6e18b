"""Results as JSON documents. Each begins with `"quintet": VERSION`, the version of the documents."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def json_text(record: Mapping[str, Any]) -> str:
    """A record as text.

    Raises:
        ValueError: A number in it is infinite or none, which JSON can't say: see `finite`.
    """
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)


def finite(value: float | None) -> float | None:
    """The number, or None for one that JSON can't say."""
    return value if value is not None and math.isfinite(value) else None
