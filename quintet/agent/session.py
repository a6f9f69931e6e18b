"""Runs from settings: connects models, opens a sandbox, makes a run directory, and closes it all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from quintet.agent.conclude import AnyAnswer
from quintet.agent.context import Say
from quintet.agent.person import Person, Remembered
from quintet.agent.run import Agent
from quintet.agent.run_folder import Orders, RunFolder, runs_folder
from quintet.agent.tactics import Tactics
from quintet.llm.usage import Budget, Meter, MeteredModel, Prices
from quintet.problem import Problem
from quintet.solvers.options import Options

if TYPE_CHECKING:
    from quintet.llm.chat import ChatModel
    from quintet.settings import Settings
    from quintet.solvers.sandbox import Sandbox

ROLES = ("clarifier", "coder", "critic", "decider", "explainer", "formulator", "planner", "reasoner")
"""The roles that ask a model, each of which may have one of its own."""


def run(
    problem: Problem,
    settings: Settings,
    tactics: Tactics,
    *,
    options: Options | None = None,
    solver: str | None = None,
    say: Say | None = None,
    person: Person | None = None,
    folder: Path | None = None,
) -> AnyAnswer:
    """Answer a problem with the models of the settings; everything is kept in a run directory.

    Args:
        problem: What is asked.
        settings: Models, prices, budgets.
        tactics: Strategy and limits.
        options: Of the solver.
        solver: Name of the solver; None: by class.
        say: Told what each role is doing.
        person: Who answers questions and reviews; None takes every default.
        folder: The run directory, which must be new; by default one under `settings.runs`.

    Raises:
        SettingsError: No model is configured, or a budget in dollars has no price.
        EndpointError: The endpoint can't be reached; the run can be resumed.
        RunPaused: The person is not there; the run can be resumed.
        RunError: The run directory can't be made.
        SandboxError: Programs can't be run safely here.
    """
    settings.refuse_unknown_roles(ROLES)
    models = _models(settings)
    _require_prices(models, settings)
    orders = Orders(
        tactics,
        options or Options(),
        solver,
        {role: model.name for role, model in models.items()},
        _budget(settings),
        datetime.now(UTC).isoformat(timespec="seconds"),
    )
    made = RunFolder.create(folder or runs_folder(settings.runs, problem.text), problem, orders)
    return asyncio.run(_Job(made, models, _prices(settings), orders.budget).answer(say, person))


def resume(
    path: Path, settings: Settings, *, say: Say | None = None, person: Person | None = None
) -> AnyAnswer:
    """Go on with a run where it was stopped; a reply that was received is not asked for again.

    Args:
        path: The run directory.
        settings: Models and prices of now; a budget that they don't name is that of the run, as strategy
            and limits are. A run that a budget ended goes on if it is raised.
        say: Told what each role is doing.
        person: Who answers questions and reviews.

    Raises:
        RunError: It is no run directory, or can't be used.
        QuintetError: As `run`.
    """
    folder = RunFolder(path)
    budget = _over(_budget(settings), folder.orders.budget)
    job = _Job(folder, _models(settings), _prices(settings), budget)
    return asyncio.run(job.answer(say, person))


def replay(path: Path, *, say: Say | None = None) -> AnyAnswer:
    """Run a recorded run again without a model: the same replies, programs and solves anew. Writes nothing.

    Args:
        path: The run directory.
        say: Told what each role is doing.

    Raises:
        RunError: It is no run directory, or its recording lacks a reply.
    """
    from quintet.llm.replay import ReplayModel

    folder = RunFolder(path)
    changed = folder.changed_prompts()
    if changed and say is not None:
        say("replay", f"changed since the run: {', '.join(changed)}; the most alike recorded calls stand in")
    models = {"": ReplayModel(folder.calls, loose=bool(changed), stopped=folder.stopped)}
    job = _Job(folder, models, Prices(), Budget(), kept=False)
    return asyncio.run(job.answer(say, Remembered(folder.remembered())))


@dataclass(frozen=True)
class _Job:
    """A run with everything that it needs, and that is closed after it."""

    folder: RunFolder
    models: Mapping[str, ChatModel]
    prices: Prices
    budget: Budget
    kept: bool = True

    async def answer(self, say: Say | None, person: Person | None) -> AnyAnswer:
        def told(role: str, line: str) -> None:
            if self.kept:
                self.folder.say(role, line)
            if say is not None:
                say(role, line)

        orders, folder = self.folder.orders, self.folder if self.kept else None
        try:
            with self._held(), sandbox_for(orders.tactics) as sandbox:
                agent = Agent(self.models, orders.tactics, sandbox, self.prices, self.budget)
                agent = replace(agent, options=orders.options, solver=orders.solver)
                return await agent.answer(self.folder.problem, say=told, person=person, folder=folder)
        finally:
            await asyncio.gather(*(model.close() for model in set(self.models.values())))

    def _held(self) -> AbstractContextManager[object]:
        return self.folder.held() if self.kept else nullcontext()


@contextmanager
def sandbox_for(tactics: Tactics) -> Iterator[Sandbox | None]:
    """A sandbox, or None for a strategy that runs no programs."""
    if not tactics.strategy.programs:
        yield None
        return
    from quintet.solvers.sandbox import LocalSandbox

    with LocalSandbox(workers=WORKERS) as sandbox:
        yield sandbox


WORKERS = 2
"""Programs that run at the same time in one run."""


def _models(settings: Settings) -> dict[str, ChatModel]:
    from quintet.llm.connect import connect_roles

    return connect_roles(settings, ("", *settings.models))


def _require_prices(models: Mapping[str, ChatModel], settings: Settings) -> None:
    """Refuse a budget in dollars without a price before anything is made."""
    meter = Meter(_prices(settings), _budget(settings))
    for model in models.values():
        MeteredModel(model, meter)


def _prices(settings: Settings) -> Prices:
    return Prices(settings.prices)


def _budget(settings: Settings) -> Budget:
    return Budget(settings.budget_calls, settings.budget_tokens, settings.budget_usd, settings.budget_seconds)


def _over(budget: Budget, other: Budget) -> Budget:
    """The budget, with another one's limits where it has none."""
    limits = {name: value for name, value in asdict(budget).items() if value is not None}
    return replace(other, **limits)
