"""Exit codes by which a job speaks when it can no longer write."""

from __future__ import annotations

OUT_OF_MEMORY = 97
