"""What rides beside the state through a run: models, sandbox, problem, limits. Never in a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from quintet.agent.tactics import Tactics
from quintet.problem import Problem
from quintet.solvers.options import Options

if TYPE_CHECKING:
    from quintet.agent.sheets import Sheet
    from quintet.formulation.model import Model
    from quintet.llm.chat import ChatModel
    from quintet.solvers.sandbox import Sandbox
    from quintet.solvers.solution import Solution

Say: TypeAlias = Callable[[str, str], None]
"""Called with the role and a line at each stage."""


@dataclass
class Desk:
    """Results that are too large for a checkpoint; what is missing after a resume is worked out anew.

    Args:
        solutions: Model and solution by the document they come from.
    """

    solutions: dict[str, tuple[Model, Solution]] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """The surroundings of one run.

    Args:
        problem: What was asked.
        tactics: How the run is to go.
        models: The chat model of each role; the entry "" is for roles without one of their own.
        sandbox: Where programs run, None if the strategy runs none.
        sheets: The tables that came with the problem, described.
        options: Of the solver.
        solver: Name of the solver; None: by class.
        say: Told what each role is doing.
        desk: Results of this process.
    """

    problem: Problem
    tactics: Tactics
    models: Mapping[str, ChatModel]
    sandbox: Sandbox | None = None
    sheets: tuple[Sheet, ...] = ()
    options: Options = field(default_factory=Options)
    solver: str | None = None
    say: Say = lambda role, line: None
    desk: Desk = field(default_factory=Desk)

    def model(self, role: str) -> ChatModel:
        """The chat model of a role."""
        return self.models.get(role) or self.models[""]

    @property
    def data_text(self) -> str:
        """The tables as prompts show them: columns and a few rows; empty without tables."""
        if not self.sheets:
            return ""
        from quintet.agent.sheets import to_text

        return to_text(self.sheets)
