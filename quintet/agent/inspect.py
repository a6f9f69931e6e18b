"""What can be said of a formulation without solving it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from quintet.agent.scenarios import Played, play
from quintet.errors import SolverError
from quintet.formulation.binding import bind
from quintet.formulation.classify import classify
from quintet.formulation.coverage import cover
from quintet.formulation.model import Model, SetFamilyData
from quintet.formulation.record import json_text
from quintet.formulation.structure import structure
from quintet.formulation.units import check_units
from quintet.problem import Finding, Severity
from quintet.solvers.reading import open_formulation


@dataclass(frozen=True)
class Inspection:
    """Sizes, class and findings of one formulation.

    Args:
        file: The document.
        model: The bound model.
        findings: What was noticed, worst first.
        scenarios: The document's scenarios, run.
    """

    file: Path
    model: Model
    findings: tuple[Finding, ...]
    scenarios: tuple[Played, ...] = ()

    @property
    def faulty(self) -> bool:
        """Whether any finding is an error, or any scenario came out otherwise than expected."""
        wrong = any(finding.severity is Severity.ERROR for finding in self.findings)
        return wrong or any(scenario.differences for scenario in self.scenarios)

    def record(self) -> dict[str, Any]:
        """Everything as one JSON-ready document."""
        model = self.model
        return {
            "file": str(self.file),
            "title": model.formulation.title,
            "class": classify(model).value,
            "sets": {name: _members(found) for name, found in model.sets.items()},
            "parameters": {name: len(p.family) for name, p in model.parameters.items()},
            "variables": {name: len(v.family) for name, v in model.variables.items()},
            "constraints": {name: len(c.family) for name, c in model.constraints.items()},
            "findings": [asdict(finding) for finding in self.findings],
            "scenarios": [asdict(scenario) for scenario in self.scenarios],
        }

    def to_json(self) -> str:
        """`record()` as text."""
        return json_text(self.record())

    def to_text(self) -> str:
        """The inspection for a person."""
        record = self.record()
        lines = [f"{record['title'] or self.file.name}: {record['class']}"]
        for room in ("sets", "parameters", "variables", "constraints"):
            sizes = ", ".join(f"{name} {size:,}" for name, size in record[room].items())
            lines.append(f"  {room:<12} {sizes or 'none'}")
        lines += [f"  {finding}" for finding in self.findings] or ["  no findings"]
        for scenario in self.scenarios:
            lines.append(f"  scenario {scenario.name}: {'; '.join(scenario.differences) or 'as expected'}")
        return "\n".join(lines)


def inspect(file: Path, data: Path | None = None) -> Inspection:
    """Load, bind and check a formulation, and run its scenarios.

    Args:
        file: The document.
        data: Folder in which its tables are looked up.

    Raises:
        DocumentError: It can't be read, or is not a formulation.
        DataError: Its data can't be used, or no solver could take a constraint: a key that does not
            exist, logic over a variable without bounds.
    """
    formulation = open_formulation(file)
    model = bind(formulation, data)
    order = list(Severity)
    found = [*structure(model), *cover(formulation), *check_units(model), *compiled(model)]
    findings = tuple(sorted(found, key=lambda f: order.index(f.severity)))
    return Inspection(file, model, findings, tuple(play(formulation, data)))


def compiled(model: Model) -> Iterator[Finding]:
    """What a solver's form of the model has to assume.

    Raises:
        DataError: What no solver could take: a key that does not exist, logic over a variable without bounds.
    """
    from quintet.solvers.matrix import compile
    from quintet.solvers.rewrite import rewrite

    # declined: not a matter for matrices, as nonlinear models are
    with suppress(SolverError):
        rewritten = rewrite(model)
        yield from (finding for finding in rewritten.findings if finding not in model.findings)
        for objective in rewritten.objectives:
            compile(replace(rewritten, objectives=[objective]))


def _members(found: object) -> int:
    return len(found.ids) if isinstance(found, SetFamilyData) else len(found)  # type: ignore[arg-type]  # SetData
