from __future__ import annotations

import asyncio
import json
import logging
import threading
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic import BaseModel

from quintet.errors import EndpointError, ReplyError, SettingsError
from quintet.llm.chat import ChatReply, Finish, Usage
from quintet.llm.client import OpenAIModel, Target
from quintet.llm.retry import Patience
from tests.llm.endpoint import Endpoint, Hang, Raw, Reply, Reset, Status, Step
from tests.llm.talk import KEY, NOON, Timer, ask_once, model_at, question, run

QUICK = Patience(silence=0.2, connect=1.0, retries=1)


def answered(*script: Step, **options: Any) -> ChatReply:
    with Endpoint(script) as endpoint:
        reply = ask_once(model_at(endpoint, **options))
        assert not endpoint.left
        assert not endpoint.overrun
        return reply


def refused(*script: Step, timer: Timer | None = None, patience: Patience | None = None) -> EndpointError:
    with Endpoint(script) as endpoint:
        with pytest.raises(EndpointError) as caught:
            ask_once(model_at(endpoint, timer, patience))
        assert not endpoint.left
        assert not endpoint.overrun
        assert KEY not in str(caught.value)
        return caught.value


@pytest.mark.parametrize("stream", [True, False])
def test_a_reply_first_try(stream: bool) -> None:
    reply = answered(Reply("It is four.", model="m-2026"), stream=stream)
    assert reply == ChatReply("It is four.", usage=Usage(7, 3), model="m-2026")


def test_what_is_sent() -> None:
    with Endpoint(["4"]) as endpoint:
        ask_once(model_at(endpoint), question(temperature=0.5, max_tokens=100, seed=7))
        sent = endpoint.requests[0]
    assert sent.path == "/v1/chat/completions"
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    assert sent.body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": "What is 2 + 2?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 100,
        "temperature": 0.5,
        "seed": 7,
    }


def test_the_models_defaults_hold_where_a_request_names_none() -> None:
    with Endpoint(["4", "4"]) as endpoint:
        defaults = {"temperature": 0.1, "max_tokens": 50, "reasoning_effort": "low"}
        model = model_at(endpoint, target=defaults)
        run(model, lambda m: asyncio.gather(m.chat(question()), m.chat(question(temperature=0.0))))
        first, second = sorted((r.body for r in endpoint.requests), key=lambda body: -body["temperature"])
    assert (first["temperature"], first["max_tokens"], first["reasoning_effort"]) == (0.1, 50, "low")
    assert second["temperature"] == 0.0


def test_progress_is_told() -> None:
    told: list[int] = []
    with Endpoint([Reply("one two three", size=1)]) as endpoint:
        run(model_at(endpoint), lambda m: m.chat(question(), told.append))
    assert told == sorted(told)
    assert told[-1] >= len("one two three")


def test_a_server_without_keys_gets_a_placeholder() -> None:
    with Endpoint(["4"]) as endpoint:
        ask_once(OpenAIModel(Target("m", endpoint.url)))
        assert endpoint.requests[0].headers["Authorization"] == "Bearer none"


class TestFinish:
    @pytest.mark.parametrize(
        ("word", "finish"),
        [
            ("stop", Finish.STOP),
            ("length", Finish.LENGTH),
            ("content_filter", Finish.REFUSAL),
            ("eos", Finish.STOP),
            ("tool_calls", Finish.OTHER),
        ],
    )
    def test_words(self, word: str, finish: Finish) -> None:
        assert answered(Reply("x", finish=word)).finish is finish

    def test_a_refusal_carries_its_words(self) -> None:
        reply = answered(Reply(refusal="I can't help with that."))
        assert (reply.finish, reply.text) == (Finish.REFUSAL, "I can't help with that.")

    def test_an_empty_reply_comes_back_empty(self) -> None:
        assert answered(Reply("")) == ChatReply("", usage=Usage(7, 0), model="m")


class TestThinking:
    @pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
    @pytest.mark.parametrize("stream", [True, False])
    def test_in_a_field_of_its_own(self, field: str, stream: bool) -> None:
        reply = answered(Reply("four", thinking="two and two", thinking_field=field), stream=stream)
        assert (reply.text, reply.thinking, reply.usage.reasoning_tokens) == ("four", "two and two", 3)

    def test_at_the_head_of_the_text(self) -> None:
        reply = answered("<think>\ntwo and two\n</think>\n\nfour")
        assert (reply.text, reply.thinking) == ("four", "two and two")

    def test_in_parts_of_the_content(self) -> None:
        content = [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "four"},
        ]
        answer = {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}
        reply = answered(Raw(json.dumps(answer).encode()))
        assert (reply.text, reply.thinking) == ("four", "hm")


class TestUsage:
    def test_estimated_where_the_server_gives_none(self) -> None:
        reply = answered(Reply("x" * 40, usage=False))
        asked = len("Be short.What is 2 + 2?")
        assert reply.usage == Usage(asked // 4, 10, 0, estimated=True)


class TestRetries:
    @pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
    def test_what_may_pass_is_sent_again(self, status: int) -> None:
        reply = answered(Status(status), Status(status), "four")
        assert (reply.text, reply.attempts) == ("four", 3)

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 422])
    def test_what_will_not_pass_is_not(self, status: int) -> None:
        timer = Timer()
        error = refused(Status(status, "no such luck"), timer=timer)
        assert error.status == status
        assert timer.waits == []

    def test_the_wait_grows_and_ends(self) -> None:
        timer = Timer()
        error = refused(*[Status(500, "boom")] * 4, timer=timer, patience=Patience(retries=3))
        assert "answered 500: boom" in str(error)
        for wait, middle in zip(timer.waits, (0.5, 1.0, 2.0), strict=True):
            assert 0.75 * middle <= wait <= 1.25 * middle

    def test_the_same_seed_waits_the_same(self) -> None:
        waits = []
        for seed in (1, 1, 2):
            timer = Timer()
            answered(Status(500), Status(500), "four", timer=timer, seed=seed)
            waits.append(timer.waits)
        assert waits[0] == waits[1] != waits[2]

    def test_the_time_as_a_limit(self) -> None:
        timer = Timer()
        patience = Patience(retries=50, total=60.0)
        with Endpoint(lambda body: Status(503, headers={"Retry-After": "25"})) as endpoint:
            with pytest.raises(EndpointError, match="answered 503"):
                ask_once(model_at(endpoint, timer, patience))
            assert len(endpoint.requests) == 4
        assert timer.seconds == 75.0

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry-After": "17"}, 17.0),
            ({"Retry-After": format_datetime(NOON.replace(second=20), usegmt=True)}, 20.0),
            ({"retry-after-ms": "1500", "Retry-After": "2"}, 1.5),
        ],
    )
    def test_retry_after_is_honoured(self, headers: dict[str, str], seconds: float) -> None:
        timer = Timer()
        answered(Status(429, headers=headers), "four", timer=timer)
        assert timer.waits == [seconds]

    @pytest.mark.parametrize("value", ["soon", "-5", "", "nan", "0"])
    def test_a_retry_after_of_no_use_still_waits(self, value: str) -> None:
        timer = Timer()
        answered(Status(429, headers={"Retry-After": value}), "four", timer=timer)
        assert 0.1 < timer.waits[0] < 1.0

    def test_a_long_retry_after_says_when_to_come_back(self) -> None:
        timer = Timer()
        error = refused(Status(429, headers={"Retry-After": "7500"}), timer=timer)
        assert timer.waits == []
        assert "asks to come back in 2.1 h; try again after 2026-11-22" in str(error)

    def test_an_empty_account_is_not_asked_again(self) -> None:
        error = refused(Status(429, "You exceeded your current quota", error="insufficient_quota"))
        assert "top it up" in str(error)

    def test_retries_are_logged_without_the_key(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.INFO, "quintet"):
            answered(Status(500, f"bad header: Bearer {KEY}"), "four")
        assert "attempt 2 follows" in caplog.text
        assert KEY not in caplog.text


class TestTransport:
    @pytest.mark.parametrize("sent", [None, "half a re"])
    def test_a_hung_connection_is_dropped_and_the_call_sent_again(self, sent: str | None) -> None:
        reply = answered(Hang(sent), "four", patience=QUICK)
        assert (reply.text, reply.attempts) == ("four", 2)

    def test_a_connection_that_stays_hung(self) -> None:
        error = refused(Hang(), Hang("half"), patience=QUICK)
        assert "gave no answer for 0.2 s" in str(error)
        assert "QUINTET_TIMEOUT" in str(error)

    def test_an_attempt_has_a_time_limit_of_its_own(self) -> None:
        error = refused(Hang("half"), patience=Patience(call=0.2, retries=0))
        assert "QUINTET_CALL_TIMEOUT" in str(error)

    @pytest.mark.parametrize("sent", [None, "half a re"])
    def test_a_reset_is_sent_again_from_the_start(self, sent: str | None) -> None:
        reply = answered(Reset(sent), Reset(sent), "four") if sent else answered(Reset(sent), "four")
        assert reply.text == "four"

    def test_a_stream_that_just_ends_is_sent_again(self) -> None:
        reply = answered(Reply("half a re", finish=None, done=False), "four")
        assert (reply.text, reply.attempts) == ("four", 2)

    def test_nobody_there(self) -> None:
        with Endpoint() as endpoint:
            url = endpoint.url
        timer = Timer()
        with pytest.raises(EndpointError, match="can't be reached.*start the server, or check the base URL"):
            ask_once(OpenAIModel(Target("m", url, KEY), sleep=timer.sleep))
        assert len(timer.waits) == 1  # a host that never answered is soon given up

    def test_an_error_inside_the_stream(self) -> None:
        bad = b'data: {"error": {"message": "CUDA out of memory", "code": 503}}\n\n'
        assert answered(Raw(bad, "text/event-stream"), "four").text == "four"

    def test_an_error_with_a_good_status(self) -> None:
        bad = Raw(b'{"error": {"message": "no such model", "code": 404}}')
        assert "answered 404: no such model" in str(refused(bad))

    @pytest.mark.parametrize("data", [b"not json", b"[1]", b'"x"', b"", b'{"choices": []}', b"[" * 100_000])
    def test_no_chat_completion(self, data: bytes) -> None:
        error = refused(*[Raw(data)] * 2, patience=Patience(retries=1))
        assert "the answer can't be read" in str(error)

    def test_a_web_page(self) -> None:
        error = refused(Raw(b"<html>", "text/html"))
        assert "it is a web page; try again, or check the base URL; most end in /v1" in str(error)


class TestSize:
    @pytest.mark.parametrize("stream", [True, False])
    def test_reading_stops_at_the_limit(self, stream: bool) -> None:
        script = [Reply("x" * 5_000_000, size=50_000)]
        with Endpoint(script) as endpoint, pytest.raises(ReplyError, match="passed 2,000,000 characters"):
            ask_once(model_at(endpoint, stream=stream))

    def test_below_the_limit_it_comes_whole(self) -> None:
        text = "0123456789" * 190_000
        assert answered(Reply(text, size=9_999)).text == text

    def test_one_endless_line(self) -> None:
        script = [Raw(b"data: " + b"x" * 17_000_000, "text/event-stream")]
        with Endpoint(script) as endpoint, pytest.raises(ReplyError, match="passed"):
            ask_once(model_at(endpoint))


class TestRemedies:
    def test_a_wrong_key(self) -> None:
        error = refused(Status(401, f"Incorrect API key provided: {KEY[:6]}***{KEY[-4:]}"))
        assert str(error).endswith(
            "answered 401; the key was not accepted: set OPENAI_API_KEY or QUINTET_API_KEY"
        )

    def test_a_wrong_model_names_the_right_ones(self) -> None:
        assert str(refused(Status(404, "no such model"))).endswith("the endpoint has m")

    def test_a_wrong_address(self) -> None:
        remedy = "check the model's name, and check the base URL"
        with Endpoint([Status(404)], models=None) as endpoint, pytest.raises(EndpointError, match=remedy):
            ask_once(model_at(endpoint))

    def test_too_long_a_question(self) -> None:
        message = "This model's maximum context length is 4096 tokens; max_tokens is too large"
        assert "take a model that reads more" in str(refused(Status(400, message)))


class Answer(BaseModel):
    value: int


class TestDialects:
    """Options that a server refuses are given up, once and for all."""

    @pytest.mark.parametrize(
        ("message", "param", "gone"),
        [
            ("Unrecognized request argument supplied: seed", None, "seed"),
            ("Unsupported value", "temperature", "temperature"),
            ("stream_options is not supported", None, "stream_options"),
            ("unknown field `reasoning_effort`", None, "reasoning_effort"),
        ],
    )
    def test_dropped(self, message: str, param: str | None, gone: str) -> None:
        with Endpoint([Status(400, message, param=param), "4", "4"]) as endpoint:
            model = model_at(endpoint, target={"reasoning_effort": "low"})

            async def twice(m: OpenAIModel) -> list[ChatReply]:
                return [await m.chat(question(temperature=1.0, seed=3)) for _ in range(2)]

            replies = run(model, twice)  # type: ignore[arg-type]  # an OpenAIModel is a ChatModel
            bodies = [request.body for request in endpoint.requests]
        assert [gone in body for body in bodies] == [True, False, False]
        assert bodies[0].keys() - bodies[1].keys() == {gone}
        assert replies[0].attempts == 1

    def test_the_token_limit_has_two_names(self) -> None:
        message = "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        with Endpoint([Status(400, message, param="max_tokens"), "4"]) as endpoint:
            ask_once(model_at(endpoint), question(max_tokens=9))
            assert endpoint.requests[1].body["max_completion_tokens"] == 9
            assert "max_tokens" not in endpoint.requests[1].body

    def test_a_server_that_can_not_stream(self) -> None:
        with Endpoint([Status(400, "streaming is not available"), Reply("4", stream=False)]) as endpoint:
            assert ask_once(model_at(endpoint)).text == "4"
            assert "stream" not in endpoint.requests[1].body

    def test_a_server_that_ignores_the_wish_to_stream(self) -> None:
        assert answered(Reply("four", stream=False)).text == "four"

    def test_the_schema_goes_then_the_json_mode(self) -> None:
        no = Status(400, "response_format is not supported")
        with Endpoint([no, no, '{"value": 4}']) as endpoint:
            ask_once(model_at(endpoint), question(schema=Answer))
            forms = [request.body.get("response_format", {}).get("type") for request in endpoint.requests]
            sent = endpoint.requests[0].body["response_format"]["json_schema"]
        assert forms == ["json_schema", "json_object", None]
        assert (sent["name"], sent["strict"]) == ("Answer", True)
        assert sent["schema"]["additionalProperties"] is False

    def test_a_server_without_a_system_role(self) -> None:
        with Endpoint([Status(400, "System role not supported"), "4"]) as endpoint:
            ask_once(model_at(endpoint))
            assert endpoint.requests[1].body["messages"] == [
                {"role": "user", "content": "Be short.\n\nWhat is 2 + 2?"}
            ]

    def test_a_server_that_refuses_everything_ends(self) -> None:
        with Endpoint(
            lambda body: Status(400, "seed, temperature and response_format are wrong")
        ) as endpoint:
            with pytest.raises(EndpointError, match="answered 400"):
                ask_once(model_at(endpoint), question(seed=1, temperature=0.0, schema=Answer))
            assert len(endpoint.requests) == 5


def test_half_a_surrogate_pair_is_sent_as_a_question_mark() -> None:
    with Endpoint(["4"]) as endpoint:
        ask_once(model_at(endpoint), question("a\ud800b"))
        assert endpoint.requests[0].last == "a?b"


def test_a_stream_under_the_name_of_json() -> None:
    event = (
        b'data: {"choices": [{"delta": {"content": "four"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
    )
    assert answered(Raw(event)).text == "four"


def test_a_proxy_that_can_not_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://x")
    with pytest.raises(
        SettingsError, match="no connection can be set up: .*; check QUINTET_BASE_URL, and the var"
    ):
        OpenAIModel(Target("m", "https://host.example/v1", KEY))


def test_calls_in_flight_are_bounded() -> None:
    gate = threading.Event()
    with Endpoint(lambda body: Reply("4", wait=gate)) as endpoint:

        async def many(model: OpenAIModel) -> None:
            calls = [asyncio.create_task(model.chat(question(str(n)))) for n in range(12)]
            while len(endpoint.requests) < 3:
                await asyncio.sleep(0.001)
            gate.set()
            await asyncio.gather(*calls)

        run(model_at(endpoint, concurrency=3), many)  # type: ignore[arg-type]  # an OpenAIModel is a ChatModel
        assert len(endpoint.requests) == 12
        assert endpoint.most_open == 3


def test_the_key_is_shown_nowhere() -> None:
    with Endpoint([Reply(f"your key is {KEY}")]) as endpoint:
        model = model_at(endpoint)
        shown = [repr(model), repr(model._target), model.name, json.dumps(dict(model.key))]
        reply = ask_once(model)
    assert KEY not in "".join(shown) + repr(reply)
    assert reply.text == "your key is <key>"


def test_a_cancelled_call_leaves_nothing_open() -> None:
    with Endpoint([Hang("half"), "four"]) as endpoint:

        async def change_of_mind(model: OpenAIModel) -> ChatReply:
            call = asyncio.create_task(model.chat(question()))
            while not endpoint.requests:
                await asyncio.sleep(0.001)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            return await model.chat(question())

        reply = run(model_at(endpoint, concurrency=1), change_of_mind)  # type: ignore[arg-type]  # it is a ChatModel
    assert reply.text == "four"
