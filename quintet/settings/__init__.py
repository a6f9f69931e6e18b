"""The settings: which language model, how patient, how much it may cost, where runs go.

Highest first: flags, the environment, `.env` and `quintet.toml` in the working folder,
`~/.config/quintet/config.toml`, defaults. In the environment a setting is `QUINTET_` and its name in
capitals; `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `OPENAI_MODEL` are honoured where no `QUINTET_` name is set.

**A model is configured when, and only when, a model name is set** (`--model`, `QUINTET_MODEL`,
`OPENAI_MODEL` or `model` in a file). An API key alone, which many shells carry for other programs,
sends nothing anywhere.

A folder's own files may come from a stranger: an address that `.env` or `quintet.toml` sets never
receives a key that was set outside the folder.
"""

from __future__ import annotations

from quintet.settings.fields import (
    OPENAI_URL,
    Price,
    RoleModel,
    Settings,
    Strategy,
    default_cache,
    default_runs,
)
from quintet.settings.sources import unknown_variables

__all__ = [
    "OPENAI_URL",
    "Price",
    "RoleModel",
    "Settings",
    "Strategy",
    "default_cache",
    "default_runs",
    "unknown_variables",
]
