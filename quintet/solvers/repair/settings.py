"""A repair as other values of parameters: what a person changes, and what that does to the whole document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from quintet.errors import QuintetError
from quintet.formulation.binding import bind
from quintet.formulation.model import Key, Model
from quintet.solvers.registry import solve
from quintet.solvers.repair.clock import Clock
from quintet.solvers.repair.relaxation import Relaxation, Setting
from quintet.solvers.solution import Solution


def settings_of(changes: Iterable[Relaxation]) -> tuple[Setting, ...]:
    """Every value that changes, once; limits that share it get the value that is enough for all of them."""
    found: dict[tuple[str, Key], Setting] = {}
    for setting in (change.setting for change in changes):
        if setting is None:
            continue
        known = found.get((setting.parameter, setting.key))
        if known is None or _size(setting) > _size(known):
            found[setting.parameter, setting.key] = setting
    return tuple(found.values())


def _size(setting: Setting) -> float:
    return abs(setting.after - setting.before)


def as_changes(settings: Iterable[Setting]) -> Mapping[str, Any]:
    """The settings as `bind` takes changes: by parameter, nested by key."""
    changes: dict[str, Any] = {}
    for setting in settings:
        if not setting.key:
            changes[setting.parameter] = setting.after
            continue
        inner = changes.setdefault(setting.parameter, {})
        for part in setting.key[:-1]:
            inner = inner.setdefault(str(part), {})
        inner[str(setting.key[-1])] = setting.after
    return changes


def tried(model: Model, settings: Iterable[Setting], clock: Clock) -> Solution | None:
    """The document bound with the settings and solved; None if it can't be bound as the model was."""
    try:
        if not _same_data(model, bind(model.formulation)):
            return None
        changed = bind(model.formulation, changes=as_changes(settings))
    except QuintetError:  # other data than the document's: nothing is claimed of it
        return None
    return solve(changed, options=clock.rest())


def _same_data(model: Model, again: Model) -> bool:
    return all(
        name in again.parameters and np.array_equal(entry.values, again.parameters[name].values)
        for name, entry in model.parameters.items()
        if name in model.formulation.parameters
    )
