"""One run from a problem in words to an answer: the graph is built, driven, stopped, and gone on with."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import RunnableConfig

from quintet.agent.aside import aside
from quintet.agent.conclude import AnyAnswer, conclude
from quintet.agent.context import Context, Say
from quintet.agent.graph import Compiled, build
from quintet.agent.ledger import Ledger
from quintet.agent.person import Nobody, Person, answer_of, key_of
from quintet.agent.sheets import sheets_of
from quintet.agent.state import RECORDS, State
from quintet.agent.tactics import Tactics
from quintet.errors import RunError, RunPaused
from quintet.problem import Problem
from quintet.solvers.options import Options

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

    from quintet.agent.run_folder import RunFolder
    from quintet.llm.chat import ChatModel
    from quintet.llm.usage import Budget, Prices
    from quintet.solvers.sandbox import Sandbox

STEPS = 1_000
"""Most steps of a graph: far more than the limits of its loops allow."""
THREAD: RunnableConfig = {"configurable": {"thread_id": "run"}, "recursion_limit": STEPS}


@dataclass(frozen=True)
class Agent:
    """Answers problems by one strategy. Models and sandbox serve all its runs, also at the same time.

    Args:
        models: The chat model of each role; the entry "" is for roles without one of their own.
        tactics: How runs go.
        sandbox: Where programs run; needed by strategies with programs. The caller closes it.
        prices: What models cost.
        budget: Of each run.
        options: Of the solver.
        solver: Name of the solver; None: by class.
    """

    models: Mapping[str, ChatModel]
    tactics: Tactics
    sandbox: Sandbox | None = None
    prices: Prices | None = None
    budget: Budget | None = None
    options: Options = field(default_factory=Options)
    solver: str | None = None

    @cached_property
    def _graph(self) -> Compiled:
        """For runs that keep nothing."""
        return build(self.tactics.strategy)

    async def answer(
        self,
        problem: Problem,
        *,
        say: Say | None = None,
        person: Person | None = None,
        folder: RunFolder | None = None,
    ) -> AnyAnswer:
        """Answer a problem; with a folder, go on where a run that was stopped has come to.

        Args:
            problem: What is asked.
            say: Told what each role is doing.
            person: Who answers questions and reviews; by default every default is taken.
            folder: The run directory; without one nothing is kept.

        Raises:
            EndpointError: The endpoint can't be reached; with a folder, the run can be resumed.
            RunPaused: The person is not there.
            QuintetError: The data can't be used.
        """
        start = time.perf_counter()
        ledger = Ledger(self.models, self.tactics.strategy.value, self.prices, self.budget, folder)
        try:
            context = self._context(problem, ledger, say)
            async with self._checkpoints(folder) as saver:
                graph = self._graph if saver is None else build(self.tactics.strategy, saver)
                state = await _driven(graph, context, person or Nobody(), folder)
        finally:
            ledger.close()
        account = ledger.account(state)
        answer = await aside(conclude, state, context, account, time.perf_counter() - start)
        if folder is not None:
            folder.finish(state, answer)
        return answer

    def _context(self, problem: Problem, ledger: Ledger, say: Say | None) -> Context:
        context = Context(
            problem,
            self.tactics,
            ledger.models,
            self.sandbox,
            sheets_of(problem),
            self.options,
            self.solver,
        )
        return context if say is None else replace(context, say=say)

    @asynccontextmanager
    async def _checkpoints(self, folder: RunFolder | None) -> AsyncIterator[BaseCheckpointSaver[Any] | None]:
        if folder is not None:
            import aiosqlite
            from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
            from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

            serde = JsonPlusSerializer(allowed_msgpack_modules=RECORDS)
            try:
                async with aiosqlite.connect(folder.checkpoint) as connection:
                    yield AsyncSqliteSaver(connection, serde=serde)
            except sqlite3.Error as error:
                raise RunError(
                    f"can't be used: {error}",
                    place=str(folder.checkpoint),
                    remedy="delete it, and the run starts anew with the replies that are on file",
                ) from None
        elif self.tactics.review or self.tactics.questions:
            from langgraph.checkpoint.memory import InMemorySaver

            yield InMemorySaver()
        else:
            yield None


async def _driven(graph: Compiled, context: Context, person: Person, folder: RunFolder | None) -> State:
    """Run a graph to its end, with a person's answers in between."""
    from langgraph.types import Command

    reached = Reached() if folder is None else await _reached(graph)
    if reached.end is not None:
        return reached.end
    given, thread = reached.given, reached.thread
    durability = None if folder is None else "sync"
    while True:
        result = await graph.ainvoke(given, thread, context=context, durability=durability, version="v2")
        if not result.interrupts:
            return _state(result.value)
        asked = result.interrupts[0].value
        said = answer_of(person, asked)
        if said is None:
            raise RunPaused("the run waits for an answer")
        if folder is not None:
            folder.remember(key_of(asked), said)
        given, thread = Command(resume=said), THREAD


@dataclass(frozen=True)
class Reached:
    """Where a run has come to.

    Args:
        given: What the graph is given to go on: its first input, or None where a checkpoint has it all.
        thread: The checkpoint to go on from.
        end: The last state, if there is nothing left to do.
    """

    given: Any = field(default_factory=lambda: {"notes": []})
    thread: RunnableConfig = field(default_factory=lambda: THREAD)
    end: State | None = None


async def _reached(graph: Compiled) -> Reached:
    """By the checkpoints; a run that a budget ended goes on where it was not spent yet."""
    last = await graph.aget_state(THREAD)
    if not last.values:
        return Reached()
    state = _state(last.values)
    if last.next or not state.spent:
        return Reached(None, end=None if last.next else state)
    async for past in graph.aget_state_history(THREAD):
        if past.next and not _state(past.values).spent:
            return Reached(None, {**THREAD, **past.config})
    return Reached(None, end=state)


def _state(values: Any) -> State:
    return values if isinstance(values, State) else State(**values)
