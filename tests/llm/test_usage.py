from __future__ import annotations

import asyncio
import json

import pytest

from quintet.errors import BudgetSpent, EndpointError, SettingsError
from quintet.llm.accounts import Budget, Prices, Tally
from quintet.llm.chat import ChatModel, ChatReply, ChatRequest, Usage
from quintet.llm.fake import FakeModel
from quintet.llm.usage import Meter, MeteredModel, tallies_of
from quintet.settings import Price
from tests.llm.talk import Timer, ask_once, question, run

PRICES = Prices(
    {
        "m-*": Price(input=1, output=4),
        "m-large*": Price(input=10, output=40),
        "free": Price(input=0, output=0),
    }
)
REPLY = ChatReply("x", usage=Usage(1_000_000, 500_000), model="m-1", seconds=2.0)


class TestPrices:
    @pytest.mark.parametrize(
        ("model", "cost"), [("m-1", 3.0), ("M-Large-2", 30.0), ("free", 0.0), ("other", None)]
    )
    def test_by_the_longest_pattern(self, model: str, cost: float | None) -> None:
        assert PRICES.cost(ChatReply("x", usage=REPLY.usage, model=model)) == cost

    def test_the_configured_name_where_the_resolved_one_has_no_price(self) -> None:
        assert PRICES.cost(ChatReply("x", usage=REPLY.usage, model="snapshot-17"), "m-1") == 3.0

    def test_from_the_cache_it_costs_nothing_now(self) -> None:
        assert PRICES.cost(ChatReply("x", usage=REPLY.usage, model="other", cached=True)) == 0.0


class TestAccounts:
    def filled(self) -> Meter:
        meter = Meter(PRICES)
        meter.count("coder", REPLY)
        meter.count("coder", REPLY)
        meter.count("coder", ChatReply("x", usage=Usage(9, 9), cached=True))
        meter.count("critic", ChatReply("x", usage=Usage(400, 100, 60), model="unheard-of", seconds=1.0))
        meter.count_failed("planner")
        return meter

    def test_by_role_and_all_together(self) -> None:
        meter = self.filled()
        assert meter.tallies == {
            "coder": Tally(2, 1, Usage(2_000_000, 1_000_000), 4.0, 6.0),
            "critic": Tally(1, 0, Usage(400, 100, 60), 1.0, None),
            "planner": Tally(calls=1),
        }
        assert meter.total == Tally(4, 1, Usage(2_000_400, 1_000_100, 60), 5.0, None)

    def test_the_table(self) -> None:
        assert self.filled().to_text() == (
            "role     calls  cached  tokens in  tokens out  thinking  seconds     cost\n"
            "coder        2       1  2,000,000   1,000,000         0      4.0  $6.0000\n"
            "critic       1       0        400         100        60      1.0  unknown\n"
            "planner      1       0          0           0         0      0.0  $0.0000\n"
            "total        4       1  2,000,400   1,000,100        60      5.0  unknown"
        )

    def test_estimated_tokens_are_marked(self) -> None:
        meter = Meter(PRICES)
        meter.count("coder", ChatReply("x", usage=Usage(1000, 1000, estimated=True), model="m-1"))
        assert "~1,000" in meter.to_text()
        assert "about $0.0050" in meter.to_text()

    def test_an_unknown_price_is_null_in_json(self) -> None:
        record = json.loads(json.dumps(self.filled().to_record()))
        assert record["total"]["money"] is None
        assert tallies_of(record) == self.filled().tallies

    def test_a_run_that_goes_on_keeps_its_accounts(self) -> None:
        timer = Timer()
        before = self.filled()
        meter = Meter(PRICES, Budget(calls=5), spent=before.tallies, elapsed=7.0, clock=timer.clock)
        assert meter.elapsed == 7.0
        ask_once(MeteredModel(FakeModel(["a"]), meter))
        with pytest.raises(BudgetSpent):
            ask_once(MeteredModel(FakeModel(["b"]), meter))


def spend(budget: Budget, *replies: ChatReply, timer: Timer | None = None) -> tuple[BudgetSpent, int]:
    """The error that ends a row of calls, and how many calls there were."""
    fake = FakeModel([*replies], name="m-1")
    meter = Meter(PRICES, budget, clock=(timer or Timer()).clock)

    async def row(model: ChatModel) -> None:
        while True:
            await model.chat(question(role="coder"))

    with pytest.raises(BudgetSpent) as caught:
        run(MeteredModel(fake, meter), row)
    return caught.value, len(fake.requests)


class TestBudgets:
    @pytest.mark.parametrize(
        ("budget", "calls", "limit", "message"),
        [
            (
                Budget(calls=2),
                2,
                "calls",
                "coder: the budget of 2 calls is used up; raise --budget-calls to go on",
            ),
            (
                Budget(tokens=2_000_000),
                2,
                "tokens",
                "coder: 3,000,000 of 2,000,000 tokens are used; raise --budget-tokens to go on",
            ),
            (Budget(money=8.5), 3, "money", "coder: $9.0000 of $8.5 is used; raise --budget-usd to go on"),
        ],
    )
    def test_each_names_itself(self, budget: Budget, calls: int, limit: str, message: str) -> None:
        error, made = spend(budget, *[REPLY] * 5)
        assert (made, error.limit, str(error)) == (calls, limit, message)

    def test_time(self) -> None:
        timer = Timer()
        timer.seconds = 5.0
        meter = Meter(budget=Budget(seconds=60), clock=timer.clock)
        timer.seconds = 65.5
        with pytest.raises(BudgetSpent, match="60.5 of 60 seconds are used"):
            ask_once(MeteredModel(FakeModel(["x"]), meter))

    def test_a_call_in_flight_is_cancelled_when_the_time_is_up(self) -> None:
        async def endless(request: ChatRequest) -> str:
            await asyncio.Event().wait()
            return ""

        meter = Meter(budget=Budget(seconds=0.05))
        with pytest.raises(BudgetSpent) as caught:
            ask_once(MeteredModel(FakeModel([endless]), meter))
        assert caught.value.limit == "seconds"
        assert meter.total.calls == 1

    def test_a_timeout_of_others_stays_theirs(self) -> None:
        meter = Meter(budget=Budget(seconds=60))
        with pytest.raises(TimeoutError, match="theirs"):
            ask_once(MeteredModel(FakeModel([TimeoutError("theirs")]), meter))

    def test_calls_at_once_do_not_pass_the_limit(self) -> None:
        fake = FakeModel(lambda request: "x")
        meter = Meter(budget=Budget(calls=3))

        async def crowd(model: ChatModel) -> list[object]:
            return list(
                await asyncio.gather(*(model.chat(question()) for _ in range(10)), return_exceptions=True)
            )

        results = run(MeteredModel(fake, meter), crowd)
        assert len(fake.requests) == 3
        assert sum(isinstance(result, BudgetSpent) for result in results) == 7

    def test_replies_from_a_cache_don_t_count(self) -> None:
        kept = ChatReply("x", usage=REPLY.usage, cached=True)
        error, made = spend(Budget(calls=2, tokens=10_000_000), kept, kept, kept, REPLY, REPLY)
        assert (made, error.limit) == (5, "calls")

    def test_failed_calls_count(self) -> None:
        meter = Meter(budget=Budget(calls=1))
        model = MeteredModel(FakeModel([EndpointError("gone"), "x"]), meter)
        with pytest.raises(EndpointError):
            ask_once(model)
        with pytest.raises(BudgetSpent):
            ask_once(model)

    def test_money_needs_a_price_and_says_so_at_the_start(self) -> None:
        meter = Meter(PRICES, Budget(money=1.0))
        MeteredModel(FakeModel(name="m-1"), meter)
        with pytest.raises(SettingsError, match="needs the price of 'mystery'; set QUINTET_PRICES"):
            MeteredModel(FakeModel(name="mystery"), meter)

    def test_what_was_reserved_is_given_back(self) -> None:
        meter = Meter(budget=Budget(calls=4))
        model = MeteredModel(FakeModel(["a", "b", "c", "d"]), meter)
        for _ in range(4):
            ask_once(model)
        assert meter.total.calls == 4
        with pytest.raises(BudgetSpent):
            ask_once(model)
