"""The books of one run: its models with cache, recording, meter and budget around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from quintet.agent.account import Account
from quintet.agent.state import Note, State
from quintet.llm.cache import CachedModel, ReplyCache
from quintet.llm.chat import JSON, ChatModel, ChatReply, ChatRequest, OnToken
from quintet.llm.recorded import Call, Recording, RecordingModel, read_calls
from quintet.llm.usage import Budget, Meter, MeteredModel, Prices, Tally

if TYPE_CHECKING:
    from quintet.agent.run_folder import RunFolder


class Ledger:
    """Wraps the models of a run. Close it when the run is over.

    A reply is on file before a role sees it, so that a run that is gone on with pays for no reply twice.

    Args:
        models: The chat model of each role; "" for the rest.
        strategy: Name of the strategy.
        prices: What models cost.
        budget: Of the run.
        folder: The run directory; None keeps nothing.
        spent: What the run had used before, by role; with a folder, its recording says so.

    Raises:
        SettingsError: There is a budget in dollars, and a model's price is unknown.
        RunError: The recording can't be used.
    """

    def __init__(
        self,
        models: Mapping[str, ChatModel],
        strategy: str,
        prices: Prices | None = None,
        budget: Budget | None = None,
        folder: RunFolder | None = None,
        spent: Mapping[str, Tally] | None = None,
    ) -> None:
        self.strategy, self._folder = strategy, folder
        calls = [] if folder is None or not folder.calls.exists() else read_calls(folder.calls)
        self.meter = Meter(prices, budget, spent=spent or _spent(calls, prices or Prices()))
        self._cache = None if folder is None else _filed(calls, ReplyCache(folder.replies))
        recording = None if folder is None else Recording(folder.calls)
        self.models = {role: self._wrapped(model, recording) for role, model in models.items()}

    def _wrapped(self, model: ChatModel, recording: Recording | None) -> ChatModel:
        if recording is None or self._cache is None:
            return MeteredModel(model, self.meter)
        metered = MeteredModel(RecordingModel(model, recording), self.meter)
        return _Kept(CachedModel(metered, self._cache), self.meter)

    def account(self, state: State) -> Account:
        """What was taken, and how it went."""
        notes = tuple(dict.fromkeys(map(_told, state.notes)))
        stopped = next((note.message for note in state.notes if note.final), "")
        asked = self.meter.tallies
        return Account(
            strategy=self.strategy,
            models={role: (self.models.get(role) or self.models[""]).name for role in asked},
            spending=asked,
            notes=notes,
            stopped=stopped,
            explanation=state.explanation,
            folder="" if self._folder is None else str(self._folder.path),
        )

    def close(self) -> None:
        """Close the cache; the models belong to the caller."""
        if self._cache is not None:
            self._cache.close()


def _told(note: Note) -> str:
    """A note with its role, which is the place of many an error already."""
    head = f"{note.role}: "
    return note.message if note.message.startswith(head) else head + note.message


class _Kept:
    """A model with its replies on file; one that is there costs nothing, also when a budget is spent."""

    def __init__(self, model: CachedModel, meter: Meter) -> None:
        self._model, self._meter = model, meter

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def key(self) -> Mapping[str, JSON]:
        return self._model.key

    async def chat(self, request: ChatRequest, on_token: OnToken | None = None) -> ChatReply:
        reply = await self._model.chat(request, on_token)
        if reply.cached:
            self._meter.count(request.role, reply)
        return reply

    async def close(self) -> None:
        await self._model.close()


def _filed(calls: list[Call], cache: ReplyCache) -> ReplyCache:
    """The cache with every recorded reply: one may have been recorded only when the process was killed."""
    for call in calls:
        if call.reply is not None and cache.get(call.hash) is None:
            cache.put(call.hash, call.reply, call.role)
    return cache


def _spent(calls: list[Call], prices: Prices) -> dict[str, Tally]:
    """What the run had used before it stopped, from its recording."""
    used: dict[str, Tally] = {}
    for call in calls:
        used[call.role] = used.get(call.role, Tally()) + _tally(call, prices)
    return used


def _tally(call: Call, prices: Prices) -> Tally:
    reply = call.reply
    if reply is None:
        return Tally(calls=1)
    if reply.cached:
        return Tally(cached=1)
    cost = prices.cost(reply, str(call.model.get("key", {}).get("model", "")))
    return Tally(1, 0, reply.usage, reply.seconds, cost)
