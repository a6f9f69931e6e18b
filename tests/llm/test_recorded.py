from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from quintet.errors import EndpointError, ModelError, RunError
from quintet.llm.chat import ChatModel, ChatReply, ChatRequest, Finish, Usage
from quintet.llm.fake import FakeModel
from quintet.llm.recorded import Recording, RecordingModel, read_calls
from quintet.llm.replay import ReplayModel
from tests.llm.endpoint import Endpoint, Reply, Status
from tests.llm.talk import KEY, ask_once, model_at, question, run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "calls.jsonl"


def record(path: Path, *asked: ChatRequest, answers: tuple[object, ...] = ("one", "two", "three")) -> None:
    async def all_of(model: ChatModel) -> None:
        for request in asked:
            await model.chat(request)

    run(RecordingModel(FakeModel(answers), path), all_of)  # type: ignore[arg-type]  # answers of any kind


def test_a_line_a_call_that_a_person_can_read(path: Path) -> None:
    record(path, question("Größe ≤ 4?", role="coder", temperature=0.5), question(role="critic"))
    lines = path.read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    assert len(lines) == 2
    assert "Größe ≤ 4?" in lines[0]
    assert first["role"] == "coder"
    assert first["request"]["temperature"] == 0.5
    assert first["model"] == {"name": "fake", "key": {"model": "fake"}}
    assert first["reply"]["text"] == "one"
    assert set(first) == {"version", "time", "role", "model", "hash", "request", "reply", "error"}


def test_calls_come_back_as_they_were(path: Path) -> None:
    whole = ChatReply("4", "hm", Finish.LENGTH, Usage(1, 2, 3, True), "m-1", 2.5, True, 2)
    record(path, question(role="coder"), answers=(whole,))
    (call,) = read_calls(path)
    assert (call.role, call.reply) == ("coder", whole)


def test_played_back_without_the_model(path: Path) -> None:
    record(path, question("a"), question("b"))
    replay = ReplayModel(path)
    assert ask_once(replay, question("b")).text == "two"
    assert ask_once(replay, question("a")).text == "one"
    assert ask_once(replay, question("a")).text == "one"
    assert replay.name == "recording of fake"
    assert replay.key == {"model": "fake"}


def test_the_same_question_is_answered_in_the_recorded_order(path: Path) -> None:
    record(path, question(), question(), question())
    replay = ReplayModel(path)
    assert [ask_once(replay).text for _ in range(4)] == ["one", "two", "three", "three"]


def test_the_role_decides_between_equal_questions(path: Path) -> None:
    record(path, question(role="coder"), question(role="critic"))
    replay = ReplayModel(path)
    assert ask_once(replay, question(role="critic")).text == "two"
    assert ask_once(replay, question(role="coder")).text == "one"


def test_errors_are_recorded_and_raised_again(path: Path) -> None:
    gone = EndpointError("is gone", place="m at host", remedy="come back")
    with pytest.raises(EndpointError):
        record(path, question(), answers=(gone,))
    with pytest.raises(EndpointError) as caught:
        ask_once(ReplayModel(path))
    assert str(caught.value) == str(gone)


@pytest.mark.parametrize(
    ("asked", "difference"),
    [
        (
            question("What is 2 + 3?", role="coder"),
            "message 2 (user) from character 13 was '2?', now it is '3?'",
        ),
        (question(role="coder", seed=3), "seed was None, now it is 3"),
        (ChatRequest(question().messages[:1], "coder"), "it had 2 messages, now it has 1"),
    ],
)
def test_what_was_not_recorded_names_the_difference(path: Path, asked: ChatRequest, difference: str) -> None:
    record(
        path, question("something else", role="coder"), question(role="coder"), question("x", role="critic")
    )
    with pytest.raises(ModelError) as caught:
        ask_once(ReplayModel(path), asked)
    assert "role 'coder'" in str(caught.value)
    assert str(caught.value).endswith(f"{difference}; record the run again")


def test_a_line_that_a_crash_cut_off_is_left_out_and_written_over(path: Path) -> None:
    record(path, question("a"), question("b"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert [call.request["messages"][1]["text"] for call in read_calls(path)] == ["a"]
    record(path, question("c"))
    assert [call.request["messages"][1]["text"] for call in read_calls(path)] == ["a", "c"]


def test_calls_at_once_give_whole_lines(path: Path) -> None:
    recording = Recording(path)
    model = RecordingModel(FakeModel(lambda request: "x" * 10_000), recording)

    async def many(model: ChatModel) -> None:
        await asyncio.gather(
            *(asyncio.to_thread(asyncio.run, model.chat(question(str(n)))) for n in range(40))
        )

    run(model, many)
    assert len(read_calls(path)) == 40


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nonsense\n", "line 1: is no recorded call"),
        ("[1]\n", "line 1: is no recorded call"),
        ('{"version": 99}\n', "line 1: is of version 99, and this Quintet reads 1; update Quintet"),
        ('{"version": 1, "role": "x"}\n', "line 1: is no recorded call"),
    ],
)
def test_what_is_no_recording(path: Path, line: str, message: str) -> None:
    path.parent.mkdir()
    path.write_text(line, encoding="utf-8")
    with pytest.raises(RunError, match=message):
        read_calls(path)


def test_no_file(path: Path) -> None:
    with pytest.raises(RunError, match="can't be read"):
        ReplayModel(path)


def test_lone_surrogates_survive(path: Path) -> None:
    record(path, question("a\ud800b"), answers=("c\udfffd",))
    assert ask_once(ReplayModel(path), question("a\ud800b")).text == "c\udfffd"


def test_the_key_is_in_no_recording(path: Path) -> None:
    with Endpoint([Reply(f"echo: {KEY}"), Status(403, f"bad Bearer {KEY}")]) as endpoint:

        async def twice(model: ChatModel) -> None:
            await model.chat(question())
            with pytest.raises(EndpointError):
                await model.chat(question())

        run(RecordingModel(model_at(endpoint), path), twice)
    assert len(read_calls(path)) == 2
    assert KEY.encode() not in path.read_bytes()
