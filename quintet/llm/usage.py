"""What calls cost, by role, and the budgets that end a run."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from quintet.errors import BudgetSpent, SettingsError
from quintet.llm.accounts import Budget, Prices, Tally, table
from quintet.llm.chat import JSON, ChatModel, ChatReply, ChatRequest, OnToken, Usage


class Meter:
    """Keeps the accounts of a run, and its budget. Several models share one.

    Args:
        prices: What models cost.
        budget: The limits.
        spent: What the run had used before, by role, when it goes on after a stop.
        elapsed: Seconds of wall time it had used before.
        clock: A monotonic clock in seconds.
    """

    def __init__(
        self,
        prices: Prices | None = None,
        budget: Budget | None = None,
        *,
        spent: Mapping[str, Tally] | None = None,
        elapsed: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.prices = prices or Prices()
        self.budget = budget or Budget()
        self._tallies = dict(spent or {})
        self._clock = clock
        self._begun = clock() - elapsed
        self._reserved = 0
        self._lock = threading.Lock()

    @property
    def elapsed(self) -> float:
        """Wall time of the run so far, in seconds."""
        return self._clock() - self._begun

    @property
    def tallies(self) -> dict[str, Tally]:
        """What each role has used."""
        with self._lock:
            return dict(self._tallies)

    @property
    def total(self) -> Tally:
        """What all roles have used together."""
        return sum(self.tallies.values(), Tally())

    def require_price(self, *names: str) -> None:
        """Refuse a budget of money for a model whose price nobody said.

        Raises:
            SettingsError: There is such a budget, and no price.
        """
        if self.budget.money is not None and self.prices.of(*names) is None:
            raise SettingsError(
                f"a budget in dollars needs the price of {names[0]!r}",
                place="budget_usd",
                remedy=f'set QUINTET_PRICES=\'{{"{names[0]}": {{"input": DOLLARS, "output": DOLLARS}}}}\' '
                "(per million tokens)",
            )

    def reserve(self, role: str) -> float | None:
        """Take one call out of the budget before it is sent.

        Returns:
            Seconds of wall time that are left; None if there is no limit.

        Raises:
            BudgetSpent: Nothing is left; the message names which limit.
        """
        with self._lock:
            self._refuse_spent(role)
            self._reserved += 1
        return None if self.budget.seconds is None else self.budget.seconds - self.elapsed

    def _refuse_spent(self, role: str) -> None:
        budget, used = self.budget, sum(self._tallies.values(), Tally())
        if budget.calls is not None and used.calls + self._reserved >= budget.calls:
            raise _spent("calls", f"the budget of {budget.calls} calls is used up", role)
        if budget.tokens is not None and used.usage.total >= budget.tokens:
            raise _spent("tokens", f"{used.usage.total:,} of {budget.tokens:,} tokens are used", role)
        if budget.money is not None and (used.money or 0.0) >= budget.money:
            raise _spent("money", f"{used.price} of ${budget.money:g} is used", role)
        if budget.seconds is not None and self.elapsed >= budget.seconds:
            raise self.out_of_time(role)

    def out_of_time(self, role: str) -> BudgetSpent:
        """The error for a run whose time is up."""
        return _spent("seconds", f"{self.elapsed:.1f} of {self.budget.seconds:g} seconds are used", role)

    def release(self) -> None:
        """A reserved call is over."""
        with self._lock:
            self._reserved -= 1

    def count(self, role: str, reply: ChatReply, model: str = "") -> None:
        """Put a reply into the accounts.

        Args:
            role: The role that asked.
            reply: Its reply; from a cache it costs nothing now.
            model: The model's configured name, for its price.
        """
        money = self.prices.cost(reply, model)
        used = Tally(cached=1) if reply.cached else Tally(1, 0, reply.usage, reply.seconds, money)
        self._add(role, used)

    def count_failed(self, role: str) -> None:
        """Put a call without a reply into the accounts: what it cost is in nobody's hands."""
        self._add(role, Tally(calls=1))

    def _add(self, role: str, used: Tally) -> None:
        with self._lock:
            self._tallies[role] = self._tallies.get(role, Tally()) + used

    def to_record(self) -> dict[str, Any]:
        """The accounts as JSON values; money is null where it is unknown."""
        tallies = {role: asdict(tally) for role, tally in sorted(self.tallies.items())}
        return {"roles": tallies, "total": asdict(self.total), "elapsed": self.elapsed}

    def to_text(self) -> str:
        """The accounts as a table, one line a role."""
        return table(self.tallies)


def tallies_of(record: Mapping[str, Any]) -> dict[str, Tally]:
    """The tallies of `Meter.to_record`, to go on with.

    Raises:
        KeyError, TypeError: It is no such record.
    """
    return {
        role: Tally(**{**tally, "usage": Usage(**tally["usage"])}) for role, tally in record["roles"].items()
    }


def _spent(limit: str, message: str, role: str) -> BudgetSpent:
    setting = {"money": "usd"}.get(limit, limit)
    return BudgetSpent(message, limit=limit, place=role, remedy=f"raise --budget-{setting} to go on")


class MeteredModel:
    """A model whose calls are counted, and refused when a budget is used up.

    A call that is sent while tokens or money are left may pass the limit; its reply is paid for, and is given
    out. A call that is in flight when the time is up is cancelled.

    Args:
        model: Who is asked.
        meter: The accounts, shared by the models of a run.

    Raises:
        SettingsError: There is a budget in dollars, and the model's price is unknown.
    """

    def __init__(self, model: ChatModel, meter: Meter) -> None:
        self._model = model
        self._meter = meter
        self._asked = str(model.key.get("model", model.name))
        meter.require_price(self._asked)

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def key(self) -> Mapping[str, JSON]:
        """The model's key."""
        return self._model.key

    async def chat(self, request: ChatRequest, on_token: OnToken | None = None) -> ChatReply:
        """Ask the model; see `ChatModel.chat`.

        Raises:
            BudgetSpent: A budget is used up.
        """
        timer = asyncio.timeout(self._meter.reserve(request.role))
        try:
            async with timer:
                reply = await self._model.chat(request, on_token)
            self._meter.count(request.role, reply, self._asked)
        except TimeoutError:
            self._meter.count_failed(request.role)
            if timer.expired():
                raise self._meter.out_of_time(request.role) from None
            raise
        except BaseException:
            self._meter.count_failed(request.role)
            raise
        finally:
            self._meter.release()
        return reply

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()
