"""What is installed, what is missing, and the command that mends it."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from quintet.errors import SettingsError

if TYPE_CHECKING:
    from quintet.llm.servers import Found
    from quintet.settings import Settings

CORE = ("quintet", "pydantic", "numpy", "pyyaml", "typer", "highspy")
EXTRAS = {"pyomo": "nonlinear", "pyscipopt": "nonlinear", "openpyxl": "tables", "openai": "agent"}


@dataclass(frozen=True)
class Line:
    """One thing that was looked at.

    Args:
        name: What it is.
        state: `ok`, `missing` (an optional part), `ignored` (a setting that has no effect) or `broken`
            (Quintet needs it).
        detail: Version, or what is wrong.
        remedy: The command that mends it, "" if nothing needs mending.
    """

    name: str
    state: str
    detail: str
    remedy: str = ""


@dataclass(frozen=True)
class Report:
    """All lines."""

    lines: tuple[Line, ...]

    @property
    def healthy(self) -> bool:
        """Whether the core works."""
        return all(line.state != "broken" for line in self.lines)

    def to_json(self) -> str:
        """The lines as JSON."""
        record = {"healthy": self.healthy, "checks": [asdict(line) for line in self.lines]}
        return json.dumps(record, ensure_ascii=False, indent=2)

    def to_text(self) -> str:
        """The lines for a person."""
        wide = max(len(line.name) for line in self.lines)
        return "\n".join(
            f"{line.state:<8} {line.name:<{wide}}  {line.detail}{f'  → {line.remedy}' if line.remedy else ''}"
            for line in self.lines
        )


def examine() -> Report:
    """Look at everything Quintet can use on this machine."""
    python = Line("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    return Report((python, *_packages(), *_solvers(), *_sandbox(), *_language_models()))


def _packages() -> list[Line]:
    core = [_package(name, "broken", "pip install quintet") for name in CORE]
    return core + [_package(n, "missing", f"pip install 'quintet[{extra}]'") for n, extra in EXTRAS.items()]


def _package(name: str, absent: str, remedy: str) -> Line:
    try:
        return Line(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Line(name, absent, "not installed", remedy)


def _solvers() -> list[Line]:
    from quintet.solvers.registry import solvers
    from quintet.solvers.solver import LocalSolver, classes_taken

    lines: list[Line] = []
    for solver in solvers():
        here = solver.available()
        classes = ", ".join(sorted(c.value for c in classes_taken(solver)))
        if isinstance(solver, LocalSolver):
            classes = f"{classes}, to local optima"
        state = "ok" if here.ok else "missing"
        lines.append(
            Line(f"solver {solver.name}", state, f"{here.version or 'not there'}: {classes}", here.install)
        )
    return lines


def _sandbox() -> list[Line]:
    """The level at which programs would run, and each part that is missing."""
    from quintet.solvers.sandbox import probe

    found = probe()
    level = found.level.value
    lines = [Line("sandbox", "ok" if level == "full" else "missing", f"level {level}")]
    lacking = (part for part in found.parts if not part.works)
    return lines + [Line(f"sandbox {part.name}", "missing", part.why, part.remedy) for part in lacking]


def _language_models() -> list[Line]:
    """The models that are set, whether their endpoints answer, and the servers of this machine."""
    try:
        return [*_configured(), *_ignored_settings(), *_local_servers()]
    except SettingsError as error:
        return [
            Line("settings", "broken", ": ".join(filter(None, (error.place, error.message))), error.remedy)
        ]
    except ImportError as error:
        return [
            Line(
                "language model", "missing", f"{error.name} is not installed", "pip install 'quintet[agent]'"
            )
        ]


def _configured() -> list[Line]:
    """One line a model: the common one, and each that a role has for itself."""
    from quintet.settings import Settings

    settings = Settings.load()
    names = {"": "language model"} | {role: f"language model of {role}" for role in settings.models}
    return [_model(name, role, settings) for role, name in names.items()]


def _model(name: str, role: str, settings: Settings) -> Line:
    from quintet.llm.connect import target
    from quintet.llm.servers import look

    if not role and not settings.model_configured:
        return Line(name, "missing", "none is set, so the built-in reader reads problems", settings.missing())
    try:
        wanted = target(settings, role)
    except SettingsError as error:
        return Line(name, "broken", error.message, error.remedy)
    found = look(wanted.base_url, wanted.api_key)
    state, said, remedy = _judged(wanted.model, found)
    return Line(name, state, f"{wanted.model} at {wanted.base_url}{said}", remedy)


def _judged(model: str, found: Found) -> tuple[str, str, str]:
    """State of a model's endpoint, what to say of it, and the remedy."""
    if found.status in (401, 403):
        said = f": {found.why}, the key is not accepted"
        return "missing", said, "set OPENAI_API_KEY or QUINTET_API_KEY"
    if found.status is None or found.status >= 500:
        remedy = "start the server, or check QUINTET_BASE_URL; most addresses end in /v1"
        return "missing", f": {found.why}", remedy
    if found.models and model not in found.models:
        said = f": it has no model of this name, but {_some(found.models)}"
        return "missing", said, "set QUINTET_MODEL to one of them"
    return "ok", "" if found.ok else f" (it does not list its models: {found.why})", ""


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _ignored_settings() -> list[Line]:
    from quintet.settings import Settings, unknown_variables

    unknown = unknown_variables(os.environ, Settings)
    return [Line(name, "ignored", "there is no such setting", meant) for name, meant in unknown.items()]


def _local_servers() -> list[Line]:
    """Servers that could be used; none is used unless it is set."""
    from quintet.llm.servers import local_servers

    return [
        Line(
            f"server {found.name}",
            "ok",
            f"{found.base_url}: {_some(found.models) or 'no models'}",
            _use(found),
        )
        for found in local_servers()
    ]


def _use(found: Found) -> str:
    if not found.models:
        return ""
    return f"to use it, set QUINTET_BASE_URL={found.base_url} QUINTET_MODEL={found.models[0]}"
