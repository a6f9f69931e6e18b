"""Runs programs that nobody trusts, in milliseconds: see docs/sandbox.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .levels import Layer, Level
from .limits import Limits
from .run import CallResult, CapturedModel, Claim, Run, Source, Status, Usage

if TYPE_CHECKING:
    from ..jail.presets import FULL_PRELOAD, PRELOAD
    from .fake import FakeSandbox
    from .machine import Probe, probe
    from .pool import LocalSandbox
    from .protocol import Sandbox
    from .request import Check, Solve

# What needs threads, sockets or asyncio is imported when it is first asked for.
_LATER = {
    "FULL_PRELOAD": "..jail.presets",
    "PRELOAD": "..jail.presets",
    "Check": "request",
    "FakeSandbox": "fake",
    "LocalSandbox": "pool",
    "Probe": "machine",
    "Sandbox": "protocol",
    "Solve": "request",
    "probe": "machine",
}

__all__ = [
    "FULL_PRELOAD",
    "PRELOAD",
    "CallResult",
    "CapturedModel",
    "Check",
    "Claim",
    "FakeSandbox",
    "Layer",
    "Level",
    "Limits",
    "LocalSandbox",
    "Probe",
    "Run",
    "Sandbox",
    "Solve",
    "Source",
    "Status",
    "Usage",
    "probe",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_module(_LATER[name]), __name__), name)
    globals()[name] = value
    return value


def _module(name: str) -> str:
    return name if name.startswith(".") else f".{name}"
