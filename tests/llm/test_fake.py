from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from quintet.errors import EndpointError, ModelError
from quintet.llm.cache import CachedModel
from quintet.llm.chat import ChatModel, ChatReply, ChatRequest, Finish
from quintet.llm.client import OpenAIModel
from quintet.llm.fake import FakeModel
from quintet.llm.recorded import RecordingModel
from quintet.llm.replay import ReplayModel
from quintet.llm.usage import MeteredModel
from tests.llm.talk import ask_once, question


def test_answers_in_order_and_remembers_the_questions() -> None:
    model = FakeModel(
        ["one", ChatReply("two", finish=Finish.LENGTH), lambda request: request.messages[-1].text]
    )
    replies = [ask_once(model, question(str(n))) for n in range(3)]
    assert [(reply.text, reply.finish) for reply in replies] == [
        ("one", Finish.STOP),
        ("two", Finish.LENGTH),
        ("2", Finish.STOP),
    ]
    assert [request.messages[-1].text for request in model.requests] == ["0", "1", "2"]
    assert model.left == 0


def test_queues_by_role() -> None:
    model = FakeModel({"coder": ["code"], "": ["other"]})
    assert ask_once(model, question(role="critic")).text == "other"
    assert ask_once(model, question(role="coder")).text == "code"
    assert len(model.asked("coder")) == 1


def test_exceptions_are_raised() -> None:
    with pytest.raises(EndpointError, match="gone"):
        ask_once(FakeModel([EndpointError("gone")]))


def test_an_async_function() -> None:
    async def slow(request: ChatRequest) -> str:
        await asyncio.sleep(0)
        return "at last"

    assert ask_once(FakeModel([slow])).text == "at last"


def test_an_empty_queue_names_the_role() -> None:
    with pytest.raises(ModelError, match="no answer left for the role 'coder'"):
        ask_once(FakeModel({"critic": ["x"]}), question(role="coder"))


def test_threads_share_it() -> None:
    model = FakeModel([str(n) for n in range(200)])
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda n: asyncio.run(model.chat(question(str(n)))).text, range(200)))
    assert sorted(replies, key=int) == [str(n) for n in range(200)]


@pytest.mark.parametrize(
    "kind", [OpenAIModel, CachedModel, RecordingModel, ReplayModel, FakeModel, MeteredModel]
)
def test_every_model_keeps_the_protocol(kind: type[ChatModel]) -> None:
    assert {"name", "key", "chat", "close"} <= set(dir(kind))
