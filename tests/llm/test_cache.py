from __future__ import annotations

import asyncio
import sqlite3
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel

from quintet.errors import EndpointError, SettingsError
from quintet.llm.cache import CachedModel, ReplyCache
from quintet.llm.chat import ChatReply, ChatRequest, Finish, Message, Speaker, Usage
from quintet.llm.fake import FakeModel
from quintet.llm.fingerprint import fingerprint
from tests.llm.endpoint import Endpoint, Reply, Status
from tests.llm.talk import KEY, ask_once, model_at, question, run


class Plan(BaseModel):
    steps: list[str]


class Longer(BaseModel):
    steps: list[str]
    score: int


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "replies.sqlite"


def ask_cached(path: Path, model: FakeModel, request: ChatRequest | None = None) -> ChatReply:
    cache = ReplyCache(path)
    try:
        return ask_once(CachedModel(model, cache), request)
    finally:
        cache.close()


def test_a_reply_is_kept_between_runs(path: Path) -> None:
    whole = ChatReply("4", "hm — ≤", Finish.STOP, Usage(1, 2, 3, True), "m-1", 2.5, False, 2)
    assert ask_cached(path, FakeModel([whole])) == whole
    assert ask_cached(path, FakeModel()) == replace(whole, cached=True)


def test_the_file_is_its_owners(path: Path) -> None:
    ask_cached(path, FakeModel(["4"]))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


DIFFERENT = [
    question("What is 3 + 3?"),
    question(schema=Plan),
    question(schema=Longer),
    question(temperature=0.0),
    question(max_tokens=10),
    question(seed=1),
    question(sample=1),
    ChatRequest((Message(Speaker.USER, "Be short."), Message(Speaker.USER, "What is 2 + 2?"))),
    ChatRequest((Message(Speaker.SYSTEM, "Be short.What is 2 + 2?"),)),
]


def test_what_changes_the_output_changes_the_key() -> None:
    key = FakeModel().key
    prints = [fingerprint(key, request) for request in [question(), *DIFFERENT]]
    prints += [fingerprint({"model": "other"}, question())]
    assert len(set(prints)) == len(prints)


def test_who_asks_does_not() -> None:
    key = FakeModel().key
    assert fingerprint(key, question(role="coder")) == fingerprint(key, question(role="critic"))


def test_equal_requests_in_flight_share_one_call(path: Path) -> None:
    gate = threading.Event()
    with Endpoint([Reply("4", wait=gate)]) as endpoint:
        cache = ReplyCache(path)

        async def five(model: CachedModel) -> list[ChatReply]:
            calls = [asyncio.create_task(model.chat(question())) for _ in range(5)]
            while not endpoint.requests:
                await asyncio.sleep(0.001)
            gate.set()
            return await asyncio.gather(*calls)

        replies = run(CachedModel(model_at(endpoint), cache), five)  # type: ignore[arg-type]  # it is a ChatModel
        cache.close()
        assert len(endpoint.requests) == 1
    assert [reply.cached for reply in replies] == [False, True, True, True, True]
    assert {reply.text for reply in replies} == {"4"}


def test_a_shared_call_survives_the_one_who_made_it(path: Path) -> None:
    async def scenario() -> tuple[ChatReply, bool]:
        gate = asyncio.Event()

        async def slow(request: ChatRequest) -> str:
            await gate.wait()
            return "4"

        cache = ReplyCache(path)
        model = CachedModel(FakeModel([slow]), cache)
        first, second = (asyncio.create_task(model.chat(question())) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        gate.set()
        reply = await second
        cache.close()
        return reply, first.cancelled()

    reply, cancelled = asyncio.run(scenario())
    assert (reply.text, cancelled) == ("4", True)


def test_a_call_that_nobody_waits_for_is_cancelled(path: Path) -> None:
    async def scenario() -> bool:
        started, ended = asyncio.Event(), asyncio.Event()

        async def endless(request: ChatRequest) -> str:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            return ""

        cache = ReplyCache(path)
        call = asyncio.create_task(CachedModel(FakeModel([endless]), cache).chat(question()))
        await started.wait()
        call.cancel()
        await asyncio.wait([call])
        await asyncio.wait_for(ended.wait(), 5)
        cache.close()
        return call.cancelled()

    assert asyncio.run(scenario())


def test_a_failed_call_is_not_kept(path: Path) -> None:
    with pytest.raises(EndpointError):
        ask_cached(path, FakeModel([EndpointError("gone")]))
    assert ask_cached(path, FakeModel(["4"])).text == "4"


@pytest.mark.parametrize(
    ("finish", "kept"),
    [(Finish.STOP, True), (Finish.LENGTH, True), (Finish.REFUSAL, True), (Finish.OTHER, False)],
)
def test_only_finished_replies_are_kept(path: Path, finish: Finish, kept: bool) -> None:
    ask_cached(path, FakeModel([ChatReply("one", finish=finish)]))
    assert ask_cached(path, FakeModel(["two"])).cached is kept


def test_a_reply_is_on_file_when_it_is_given_out(path: Path) -> None:
    cache = ReplyCache(path)

    async def look(model: CachedModel) -> int:
        await model.chat(question())
        with sqlite3.connect(path) as other:  # as another process would, after this one was killed
            (count,) = other.execute("SELECT COUNT(*) FROM replies").fetchone()
        other.close()
        return count

    assert run(CachedModel(FakeModel(["4"]), cache), look) == 1  # type: ignore[arg-type]  # it is a ChatModel
    cache.close()


def test_two_processes_may_write(path: Path) -> None:
    one, two = ReplyCache(path), ReplyCache(path)
    one.put("a", ChatReply("1"))
    two.put("b", ChatReply("2"))
    assert (len(one), len(two)) == (2, 2)
    one.close()
    two.close()


@pytest.mark.parametrize(
    "content", [b"hello, this is no database at all", b"SQLite format 3\x00" + b"\xff" * 200]
)
def test_a_damaged_file(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="can't be used: .*; delete the file, or name another"):
        ReplyCache(path)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be used"):
        ReplyCache(tmp_path)


def test_a_newer_file(path: Path) -> None:
    ReplyCache(path).close()
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version=99")
    base.close()
    with pytest.raises(SettingsError, match="is of version 99, and this Quintet reads 1; update Quintet"):
        ReplyCache(path)


def test_a_record_that_can_not_be_read_is_asked_again(path: Path) -> None:
    ask_cached(path, FakeModel(["4"]))
    base = sqlite3.connect(path)
    base.execute("UPDATE replies SET reply = '{\"text\": 1}'")
    base.commit()
    base.close()
    assert ask_cached(path, FakeModel(["5"])).text == "5"


def test_the_key_is_in_no_file(path: Path) -> None:
    with Endpoint([Status(500, f"Bearer {KEY}"), Reply(f"echo: {KEY}")]) as endpoint:
        cache = ReplyCache(path)
        ask_once(CachedModel(model_at(endpoint), cache))
        cache.close()
    for file in path.parent.iterdir():
        assert KEY.encode() not in file.read_bytes()
