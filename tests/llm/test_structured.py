from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pydantic import BaseModel, Field, field_validator

from quintet.errors import BudgetSpent, DocumentError, EndpointError, ReplyError
from quintet.llm.chat import ChatReply, ChatRequest, Finish, Speaker
from quintet.llm.fake import Answer, FakeModel
from quintet.llm.structured import Asked, ask
from tests.llm.endpoint import Endpoint, Reply, Status
from tests.llm.talk import model_at, question, run


class Plan(BaseModel):
    solver: str
    steps: list[str] = Field(min_length=1)
    score: int = Field(default=5, ge=1, le=10)

    @field_validator("solver")
    @classmethod
    def _known(cls, value: str) -> str:
        if value == "cplex":
            raise ValueError("this solver is not here; use highs or scip")
        if value == "none":
            raise DocumentError("no solver was chosen", remedy="choose one")
        return value


GOOD = '{"solver": "highs", "steps": ["read", "solve"]}'
PLAN = Plan(solver="highs", steps=["read", "solve"])


def asked(*answers: Answer, tries: int = 3, **options: Any) -> tuple[Asked[Plan], FakeModel]:
    model = FakeModel(answers)
    request: ChatRequest[Plan] = question(schema=Plan, role="planner", **options)
    return asyncio.run(ask(model, request, tries=tries)), model


def failed(*answers: Answer, tries: int = 3) -> tuple[ReplyError, FakeModel]:
    model = FakeModel(answers)
    with pytest.raises(ReplyError) as caught:
        asyncio.run(ask(model, question(schema=Plan, role="planner"), tries=tries))
    return caught.value, model


def complaint(model: FakeModel, number: int = 1) -> str:
    return model.requests[number].messages[-1].text


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"Sure:\n```json\n{GOOD}\n```\nGood luck!",
        f"I think {GOOD} does it",
        f'{{"x": 1}}\n\n{GOOD} {{}}',
    ],
)
def test_first_try(text: str) -> None:
    result, model = asked(text)
    assert (result.value, len(result.replies), result.mended) == (PLAN, 1, False)
    assert len(model.requests) == 1


def test_small_faults_are_mended_and_said() -> None:
    result, _ = asked("{'solver': 'highs', 'steps': ['read', 'solve',]}")
    assert (result.value, result.mended) == (PLAN, True)


def test_the_faults_are_named_and_the_reply_shown_when_asking_again() -> None:
    result, model = asked('{"solver": "cplex", "score": 11}', GOOD)
    assert result.value == PLAN
    assert len(result.replies) == 2
    again = model.requests[1].messages
    assert again[:2] == model.requests[0].messages
    assert (again[2].speaker, again[2].text) == (Speaker.ASSISTANT, '{"solver": "cplex", "score": 11}')
    assert complaint(model) == (
        'Your reply does not fit: solver: this solver is not here; use highs or scip (you gave "cplex"); '
        "steps: Field required; score: Input should be less than or equal to 10 (you gave 11). "
        "Answer again in full, with one JSON object of the shape asked for and nothing else."
    )


def test_an_error_of_ours_in_a_validator_is_a_fault_too() -> None:
    _, model = asked('{"solver": "none", "steps": ["x"]}', GOOD)
    assert "no solver was chosen; choose one" in complaint(model)


def test_truncated_json_is_asked_again_not_closed() -> None:
    _, model = asked('{"solver": "highs", "steps": ["read"', GOOD)
    assert "the JSON breaks off" in complaint(model)


def test_prose_alone_is_asked_again() -> None:
    _, model = asked("I would use HiGHS.", GOOD)
    assert "there is no JSON object in it" in complaint(model)


def test_an_empty_reply_is_asked_again_without_showing_it() -> None:
    result, model = asked("  \n", GOOD)
    assert result.value == PLAN
    assert [m.speaker for m in model.requests[1].messages] == [Speaker.SYSTEM, Speaker.USER]
    assert "was empty" in complaint(model)


def test_a_long_faulty_reply_is_shown_in_part() -> None:
    _, model = asked(json.dumps({"solver": "highs", "junk": "x" * 5_000_000}), GOOD)
    shown = model.requests[1].messages[2].text
    assert len(shown) < 21_000
    assert "4980031 characters" in shown


def test_five_megabytes_that_fit() -> None:
    steps = [f"step {n}" for n in range(400_000)]
    result, _ = asked(json.dumps({"solver": "highs", "steps": steps}))
    assert len(result.value.steps) == 400_000


def test_tries_come_to_an_end() -> None:
    error, model = failed("no", "no", "still no")
    assert len(model.requests) == 3
    assert str(error) == (
        "planner: the last of 3 replies can't be read: there is no JSON object in it (it begins 'still no'); "
        "try again, or take another model"
    )
    assert error.reply == "still no"


def test_a_refusal_ends_it_at_once() -> None:
    error, model = failed(ChatReply("I can't help with weapons.", finish=Finish.REFUSAL))
    assert len(model.requests) == 1
    assert "the model refused: I can't help with weapons." in str(error)
    assert error.reply == "I can't help with weapons."


class TestCut:
    CUT = ChatReply('{"solver": "highs", "steps": ["read"', finish=Finish.LENGTH)

    def test_asked_again_for_less_with_more_room(self) -> None:
        result, model = asked(self.CUT, GOOD, max_tokens=100)
        assert result.value == PLAN
        assert model.requests[1].max_tokens == 200
        assert "was cut at the token limit" in complaint(model)
        assert "Answer again, much shorter" in complaint(model)

    def test_only_once(self) -> None:
        error, model = failed(self.CUT, self.CUT, GOOD, tries=5)
        assert len(model.requests) == 2
        assert "was cut at the token limit" in str(error)
        assert str(error).endswith("raise QUINTET_MAX_TOKENS or take another model")

    def test_a_whole_object_before_the_cut_counts(self) -> None:
        result, _ = asked(ChatReply(f"{GOOD}\nNow let me explain why this", finish=Finish.LENGTH))
        assert result.value == PLAN

    def test_nothing_is_mended(self) -> None:
        _, model = asked(ChatReply("{'solver': 'highs', 'steps': ['a']}", finish=Finish.LENGTH), GOOD)
        assert len(model.requests) == 2

    def test_cut_while_thinking(self) -> None:
        _, model = asked(ChatReply("", thinking="so", finish=Finish.LENGTH), GOOD)
        assert "was cut at the token limit before it began" in complaint(model)


@pytest.mark.parametrize("error", [EndpointError("no network"), BudgetSpent("no money")])
def test_errors_of_the_model_pass(error: Exception) -> None:
    with pytest.raises(type(error)):
        asked(error)


def test_every_reply_is_told() -> None:
    told: list[str] = []
    model = FakeModel(["no", GOOD])
    asyncio.run(ask(model, question(schema=Plan), on_reply=lambda reply: told.append(reply.text)))
    assert told == ["no", GOOD]


def test_over_http_with_a_server_that_knows_no_schema() -> None:
    script = [
        Status(400, "json_schema is not supported"),
        Status(400, "response_format?"),
        Reply(f"<think>{{</think>{GOOD}"),
    ]
    with Endpoint(script) as endpoint:
        request: ChatRequest[Plan] = question(schema=Plan)
        result = run(model_at(endpoint), lambda model: ask(model, request))
    assert result.value == PLAN
    assert result.replies[0].thinking == "{"
