"""The graph for LangGraph's own server and Studio; `langgraph.json` names `make`.

A server starts a graph with JSON, keeps its steps itself and shows them. The nodes of `graph.py` need
models, a sandbox and tables, which no JSON holds. So the server's graph has one node, `studio.answer`: it
makes these surroundings from the settings and runs the strategy's graph inside. Questions and reviews come
through as interrupts, and every run starts afresh, also in a thread that held another problem before.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphInterrupt
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel, ConfigDict, Field

from quintet.agent.aside import aside
from quintet.agent.conclude import conclude
from quintet.agent.context import Context, Say
from quintet.agent.graph import Compiled, build
from quintet.agent.intake import told_in_words
from quintet.agent.ledger import Ledger
from quintet.agent.run import STEPS
from quintet.agent.scheduler import Rule
from quintet.agent.session import ROLES, WORKERS
from quintet.agent.sheets import sheets_of
from quintet.agent.state import State
from quintet.agent.tactics import MOST, Strategy, Tactics
from quintet.errors import ProblemError, QuintetError, SettingsError
from quintet.llm.connect import connect_roles, meter
from quintet.llm.usage import tallies_of
from quintet.settings import Settings

if TYPE_CHECKING:
    from quintet.llm.accounts import Tally
    from quintet.llm.chat import ChatModel
    from quintet.solvers.sandbox import Sandbox

Update: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """The input of a run.

    Args:
        text: The problem in words.
        data: A folder of tables on the server's machine; "" for none.
    """

    text: str = ""
    data: str = ""


@dataclass(frozen=True)
class Told:
    """The output of a run.

    Args:
        answer: The answer, as `quintet solve --json` prints it.
        summary: The same for a person.
    """

    answer: dict[str, Any] = field(default_factory=dict)
    summary: str = ""


@dataclass(frozen=True)
class Exchange(Told, Asked):
    """What the server keeps of a run besides the steps inside it."""


class Wishes(BaseModel):
    """The context of a run, all of it optional. Addresses, keys and budgets are the server's settings."""

    model_config = ConfigDict(frozen=True)

    strategy: Strategy | None = Field(default=None, description="which strategy; as the settings say if null")
    model: str | None = Field(default=None, description="the model's name; as the settings say if null")
    plans: int = Field(default=3, ge=1, le=MOST, description="plans of the planner")
    rule: Rule = Field(default=Rule.PUBLISHED, description="which plan is debugged next")
    questions: int = Field(default=0, ge=0, le=MOST, description="most questions to the user")
    review: bool = Field(default=False, description="stop for a review of the formulation")
    explain: bool = Field(default=False, description="let the model put the answer in words")
    seed: int | None = Field(default=None, description="of the model's endpoint")

    def tactics(self, strategy: Strategy) -> Tactics:
        """How the run is to go."""
        return Tactics(
            strategy,
            plans=self.plans,
            rule=self.rule,
            questions=self.questions,
            review=self.review,
            explain=self.explain,
            seed=self.seed,
        )


class RunFailed(QuintetError, RuntimeError):
    """A run that failed, as an error whose message a server hands on; it hides those of other kinds."""


@contextmanager
def _shown() -> Iterator[None]:
    try:
        yield
    except QuintetError as error:
        raise RunFailed(str(error)) from error


Shell: TypeAlias = CompiledStateGraph[Exchange, Wishes, Asked, Told]


async def make(config: RunnableConfig) -> Shell:
    """The graph for a server, which puts in its own checkpointer.

    Args:
        config: `configurable.strategy` names the strategy; the settings do if it is left out. A server copies
            the context there.

    Raises:
        RunFailed: There is no such strategy, or a setting can't be used.
    """
    with _shown():
        return shell(await _strategy(config.get("configurable", {}).get("strategy")))


async def _strategy(named: str | None) -> Strategy:
    named = named or (await asyncio.to_thread(Settings.load)).strategy
    if named not in set(Strategy):
        raise SettingsError(
            f"{named!r} can't be used", place="strategy", remedy=f"one of {', '.join(Strategy)}"
        )
    return Strategy(named)


@cache
def shell(strategy: Strategy) -> Shell:
    """The graph of a strategy inside a node that takes JSON and gives JSON."""
    inner = build(strategy)
    inner.context_schema = None  # its context has no JSON schema, for which servers ask

    async def answer(state: Exchange, runtime: Runtime[Wishes]) -> Update:
        with _shown():
            return await _answered(inner, strategy, state, runtime)

    graph: StateGraph[Exchange, Wishes, Asked, Told] = StateGraph(
        Exchange, context_schema=Wishes, input_schema=Asked, output_schema=Told
    )
    graph.add_node("studio.answer", answer)
    graph.add_edge(START, "studio.answer")
    graph.add_edge("studio.answer", END)
    return graph.compile(name=strategy.value)


async def _answered(inner: Compiled, strategy: Strategy, state: Exchange, runtime: Runtime[Wishes]) -> Update:
    """Run the inner graph. After an interrupt this begins anew, and LangGraph skips what was done."""
    start, wishes = time.perf_counter(), runtime.context or Wishes()
    settings = await asyncio.to_thread(Settings.load, {"model": wishes.model})
    async with _books(settings, strategy, runtime) as ledger:
        tactics = wishes.tactics(strategy)
        context = await asyncio.to_thread(_context, state, tactics, ledger, _voice(runtime))
        given: Any = {"notes": []}
        reached = State(**await inner.ainvoke(given, {"recursion_limit": STEPS}, context=context))
        account, seconds = ledger.account(reached), time.perf_counter() - start
        found = await aside(conclude, reached, context, account, seconds)
    return {"answer": found.record(), "summary": found.to_text()}


@asynccontextmanager
async def _books(settings: Settings, strategy: Strategy, runtime: Runtime[Wishes]) -> AsyncIterator[Ledger]:
    """The ledger of a run, with what was spent before it was stopped; its models are closed afterwards."""
    models = await asyncio.to_thread(_models, settings)
    limits = meter(settings)
    try:
        spent = await _spent(runtime)
        ledger = Ledger(models, strategy.value, limits.prices, limits.budget, spent=spent)
        try:
            yield ledger
        except (GraphInterrupt, QuintetError):
            await _keep_spent(runtime, ledger.meter.to_record())
            raise
        if spent:
            await _keep_spent(runtime, None)
    finally:
        await asyncio.gather(*(model.close() for model in set(models.values())))


SHELF = ("quintet", "spent")
"""Where the server's store keeps what runs that wait or failed have used."""


async def _spent(runtime: Runtime[Wishes]) -> dict[str, Tally]:
    """What the run had used when it was stopped; nothing if it begins now, or there is no store."""
    kept = await runtime.store.aget(SHELF, _spot(runtime)) if runtime.store else None
    return tallies_of(kept.value) if kept else {}


async def _keep_spent(runtime: Runtime[Wishes], record: dict[str, Any] | None) -> None:
    """Put the accounts on the shelf, or, with None, take them away."""
    if runtime.store and record is None:
        await runtime.store.adelete(SHELF, _spot(runtime))
    elif runtime.store:
        await runtime.store.aput(SHELF, _spot(runtime), record or {}, index=False)


def _spot(runtime: Runtime[Wishes]) -> str:
    """Where the run is: the same before and after an interrupt."""
    known = runtime.execution_info
    return f"{known.thread_id}/{known.task_id}" if known else ""


def _voice(runtime: Runtime[Wishes]) -> Say:
    """What each role is doing goes into the stream `custom`."""
    return lambda role, line: runtime.stream_writer({"role": role, "line": line})


def _models(settings: Settings) -> Mapping[str, ChatModel]:
    settings.refuse_unknown_roles(ROLES)
    return connect_roles(settings, ("", *settings.models))


def _context(state: Exchange, tactics: Tactics, ledger: Ledger, say: Say) -> Context:
    """The surroundings of a run.

    Raises:
        ProblemError: There is no text, or no such folder.
        DataError: A table can't be used.
        SandboxError: Programs can't be run safely here.
    """
    data = Path(state.data) if state.data else None
    if data is not None and not data.is_dir():
        raise ProblemError(
            f"{state.data!r} is no folder", place="data", remedy="name the folder of the tables"
        )
    problem = told_in_words(state.text, data).problem
    sandbox = _sandbox() if tactics.strategy.programs else None
    return Context(problem, tactics, ledger.models, sandbox, sheets_of(problem), say=say)


_STARTING = threading.Lock()


def _sandbox() -> Sandbox:
    """One sandbox for all runs of this process."""
    with _STARTING:
        return _started()


@cache
def _started() -> Sandbox:
    from quintet.solvers.sandbox import LocalSandbox

    sandbox = LocalSandbox(workers=WORKERS)
    atexit.register(sandbox.close)
    return sandbox
