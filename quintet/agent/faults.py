"""Everything that is wrong with a document at once: each fault that is told alone costs a repair."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from quintet.errors import QuintetError
from quintet.formulation.binding import bind
from quintet.formulation.coverage import cover
from quintet.formulation.document import Formulation
from quintet.formulation.schema import ObjectiveEntry, Sense

MOST = 12
"""Most faults that are looked for."""


def faults_of(formulation: Formulation, data: Path | None, first: QuintetError) -> list[str]:
    """What keeps a formulation from being bound or compiled: the first fault, then those behind it.

    A constraint or objective with a fault is left out to find the next one; other parts can't be, because
    what uses them would be at fault too.

    Args:
        formulation: The document.
        data: Folder in which its tables are looked up.
        first: What binding or compiling it raised.
    """
    found = [str(first)]
    rest = _without(formulation, first.place)
    while rest is not None and len(found) < MOST:
        formulation, fault = rest, fault_in(rest, data)
        found += [] if fault is None else [str(fault)]
        rest = None if fault is None else _without(formulation, fault.place)
    return list(dict.fromkeys([*found, *_quotes(formulation)]))[:MOST]


def fault_in(formulation: Formulation, data: Path | None) -> QuintetError | None:
    """What binding or compiling a formulation raises first, if anything."""
    from quintet.agent.inspect import compiled

    try:
        list(compiled(bind(formulation, data)))
    except QuintetError as fault:
        return fault
    return None


def _without(formulation: Formulation, place: str) -> Formulation | None:
    """The formulation without the constraint or the objective at a place; None if none stands there."""
    found = re.match(r"constraints\.(\w+)", place)
    if found is not None and found[1] in formulation.constraints:
        rest = {name: entry for name, entry in formulation.constraints.items() if name != found[1]}
        return formulation.model_copy(update={"constraints": rest})
    if place.startswith("objective") and formulation.objectives[0].sense is not Sense.SATISFY:
        return formulation.model_copy(update={"objective": ObjectiveEntry(sense=Sense.SATISFY)})
    return None


def _quotes(formulation: Formulation) -> Iterator[str]:
    """Quotes that the text does not hold; they can be told whatever else is wrong."""
    with suppress(QuintetError):  # an expression that can't be read is among the faults already
        yield from (str(found) for found in cover(formulation) if found.code == "source-not-in-text")
