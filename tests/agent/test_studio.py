"""The graph that `langgraph.json` names: JSON in and out, interrupts that resume, a fresh start each run."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command

from quintet.agent import studio
from quintet.agent.state import RECORDS
from quintet.agent.studio import RunFailed, Shell
from quintet.agent.tactics import Strategy
from tests.agent.scripts import FORMULATION, KEY, OPTIMUM, PROBLEM, Cast
from tests.llm.endpoint import Endpoint, Status

REPOSITORY = Path(__file__).resolve().parents[2]
SETTINGS: dict[str, Any] = json.loads((REPOSITORY / "langgraph.json").read_text(encoding="utf-8"))
THREAD: RunnableConfig = {"configurable": {"thread_id": "t"}}
HALVES = {"question": "May a bench be halved?", "options": ["no", "yes"], "default": "no", "why": "whole"}
ASKING = {"clarify": json.dumps({"questions": [HALVES]})}

Job: TypeAlias = Callable[[Shell], Any]


@pytest.fixture(scope="module", autouse=True)
def sandbox_closed() -> Iterator[None]:
    yield
    if studio._started.cache_info().currsize:
        studio._started().close()
        studio._started.cache_clear()


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Cast], Any]:
    @contextmanager
    def served(cast: Cast) -> Iterator[Cast]:
        monkeypatch.chdir(tmp_path)
        with Endpoint(cast) as endpoint:
            known = {"BASE_URL": endpoint.url, "MODEL": "m", "API_KEY": KEY, "RETRIES": "0"}
            for name, value in known.items():
                monkeypatch.setenv(f"QUINTET_{name}", value)
            yield cast

    return served


def saver() -> InMemorySaver:
    return InMemorySaver(serde=JsonPlusSerializer(allowed_msgpack_modules=RECORDS))


async def graph(
    strategy: str | None = None,
    checkpointer: InMemorySaver | None = None,
    store: InMemoryStore | None = None,
) -> Shell:
    """As a server makes it: a copy with its own checkpointer and store."""
    module, name = SETTINGS["graphs"]["quintet"].split(":")
    config = {"configurable": {} if strategy is None else {"strategy": strategy}}
    made = await getattr(importlib.import_module(module), name)(config)
    return made.copy({"checkpointer": checkpointer, "store": store})


def ask(strategy: str | None, asked: dict[str, Any] | None = None, **context: Any) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        made = await graph(strategy)
        return await made.ainvoke(asked or {"text": PROBLEM}, context=context or None)  # type: ignore[call-overload]

    found = asyncio.run(run())
    return json.loads(json.dumps(found))


def test_langgraph_json_needs_what_the_extras_need() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = [line for name in ("agent", "cp", "nonlinear", "tables") for line in extras[name]]
    own, *listed = SETTINGS["dependencies"]
    assert own == "."
    assert sorted(map(_name, listed)) == sorted(map(_name, wanted))
    # The tool writes them into a shell command as they are.
    assert not [line for line in listed if set(line) & set("<>|;& ")]


def _name(requirement: str) -> str:
    found = re.match(r"[\w-]+", requirement)
    assert found
    return found[0]


@pytest.mark.parametrize("strategy", Strategy)
def test_a_drawing_shows_the_roles(strategy: Strategy) -> None:
    async def draw() -> list[str]:
        return list((await (await graph(strategy.value)).aget_graph(xray=True)).nodes)

    shown = {node.partition(":")[2] for node in asyncio.run(draw()) if ":" in node}
    assert {"direct": "reasoner.reason", "compile": "compiler.solve"}.get(
        strategy, "executor.execute"
    ) in shown


def test_its_schemas_are_plain_json() -> None:
    made = asyncio.run(graph())
    assert made.get_input_jsonschema()["properties"].keys() == {"text", "data"}
    assert made.get_output_jsonschema()["properties"].keys() == {"answer", "summary"}
    context = made.get_context_jsonschema()
    assert context
    assert {"strategy", "model", "review", "questions"} <= context["properties"].keys()
    inner: Any = dict(made.get_subgraphs())["studio.answer"]
    assert inner.get_context_jsonschema() is None


@pytest.mark.parametrize("strategy", Strategy)
def test_json_in_json_out(strategy: Strategy, serve: Any) -> None:
    with serve(Cast()):
        found = ask(strategy.value)
    assert found.keys() == {"answer", "summary"}
    assert found["answer"]["objective"] == OPTIMUM
    assert found["answer"]["account"]["strategy"] == strategy
    assert "630" in found["summary"]


def test_the_strategy_is_the_settings_one(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUINTET_STRATEGY", "compile")
    with serve(Cast()) as cast:
        ask(None)
    assert cast.asked == ["formulate"]


def test_the_context_names_the_model(serve: Any) -> None:
    with serve(Cast()) as cast:
        ask("compile", model="another")
    assert [body["model"] for body in cast.bodies] == ["another"]


def test_tables_come_from_a_folder(serve: Any, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "timber.csv").write_text("wood,price\noak,7\n", encoding="utf-8")
    with serve(Cast()) as cast:
        ask("quintet", {"text": PROBLEM, "data": str(tmp_path / "tables")})
    assert "timber: file" in cast.words("formulate")
    assert "timber: file" in cast.words("code")


def test_progress_is_streamed(serve: Any) -> None:
    async def lines() -> list[Any]:
        made = await graph("compile")
        return [part async for part in made.astream({"text": PROBLEM}, stream_mode="custom")]  # type: ignore[arg-type]

    with serve(Cast()):
        said = asyncio.run(lines())
    assert {"role": "formulator", "line": "writing the formulation"} in said
    assert {"role": "compiler", "line": "optimal, objective 630"} in said


def test_questions_and_review_are_interrupts(serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    wishes: Any = {"questions": 2, "review": True, "plans": 2}
    kept, shelf = saver(), InMemoryStore()

    async def talk() -> list[Any]:
        first: Any = {"text": PROBLEM}
        made, heard = await graph("quintet", kept, shelf), []
        for given in (first, Command(resume="no"), Command(resume="")):
            heard.append(await made.ainvoke(given, THREAD, context=wishes))
        return heard

    with serve(Cast(ASKING)) as cast, caplog.at_level(logging.WARNING):
        question, review, last = asyncio.run(talk())
    assert question["__interrupt__"][0].value["question"] == HALVES["question"]
    assert "hours" in review["__interrupt__"][0].value["document"]
    assert last["answer"]["objective"] == OPTIMUM
    assert cast.asked.count("clarify") == cast.asked.count("formulate") == 1
    assert last["answer"]["account"]["total"]["calls"] == len(cast.asked) == 5
    assert not caplog.messages
    assert KEY not in repr((kept.storage, kept.writes, kept.blobs))
    assert not shelf.search(studio.SHELF)


def test_an_edited_formulation_is_solved(serve: Any) -> None:
    async def talk() -> dict[str, Any]:
        made, asked = await graph("compile", saver()), {"text": PROBLEM}
        wishes: Any = {"review": True}
        shown = await made.ainvoke(asked, THREAD, context=wishes)  # type: ignore[call-overload]
        document = shown["__interrupt__"][0].value["document"]
        edited = document.replace("week: {values: 40", "week: {values: 50")
        assert edited != document
        return await made.ainvoke(Command(resume=edited), THREAD, context=wishes)

    with serve(Cast()) as cast:
        assert asyncio.run(talk())["answer"]["objective"] == 780
    assert cast.asked == ["formulate"]


def test_a_budget_counts_across_interrupts(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUINTET_BUDGET_CALLS", "3")

    async def talk() -> dict[str, Any]:
        made, asked = await graph("quintet", saver(), InMemoryStore()), {"text": PROBLEM}
        wishes: Any = {"questions": 1, "plans": 1}
        await made.ainvoke(asked, THREAD, context=wishes)  # type: ignore[call-overload]
        return await made.ainvoke(Command(resume=""), THREAD, context=wishes)

    with serve(Cast(ASKING)) as cast:
        found = asyncio.run(talk())
    assert sorted(cast.asked) == ["clarify", "formulate", "plan"]
    assert "budget of 3 calls" in found["answer"]["account"]["stopped"]
    assert found["answer"]["objective"] == OPTIMUM


def test_a_thread_starts_afresh_with_each_problem(serve: Any) -> None:
    other = FORMULATION.replace('"week": {"values": 40', '"week": {"values": 20').replace(
        "40 hours", "20 hours"
    )

    async def both() -> list[float]:
        made = await graph("compile", saver())
        texts = (PROBLEM, PROBLEM.replace("40 hours", "20 hours"))
        return [(await made.ainvoke({"text": text}, THREAD))["answer"]["objective"] for text in texts]  # type: ignore[call-overload]

    with serve(Cast({"formulate": [FORMULATION, other]})) as cast:
        assert asyncio.run(both()) == [OPTIMUM, 320]
    assert cast.asked == ["formulate", "formulate"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"text": " "}, "the problem text is empty"),
        ({"text": PROBLEM, "data": "/no/such/folder"}, "'/no/such/folder' is no folder"),
    ],
)
def test_what_cannot_be_asked_is_told(asked: dict[str, Any], message: str, serve: Any) -> None:
    with serve(Cast()) as cast, pytest.raises(RunFailed, match=message):
        ask("compile", asked)
    assert not cast.asked


def test_an_unknown_strategy_is_told() -> None:
    with pytest.raises(RunFailed, match="'magic' can't be used; one of direct"):
        asyncio.run(graph("magic"))


def test_without_a_model_it_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunFailed, match="QUINTET_MODEL"):
        ask("compile")


def test_an_endpoint_that_refuses_fails_the_run_in_one_line(serve: Any) -> None:
    refusing = Cast({"formulate": [Status(401, f"wrong key {KEY}")]})
    with serve(refusing), pytest.raises(RunFailed) as failed:
        ask("compile")
    assert isinstance(failed.value, RuntimeError)  # a server shows the messages of these
    assert "\n" not in str(failed.value)
    assert KEY not in str(failed.value)


def test_a_failed_run_goes_on_with_its_accounts(serve: Any) -> None:
    """A server runs a thread again from where it failed; what was received is not asked for again."""
    broken = FORMULATION.replace("make[bench] <= sold", "make[bench] <= nothing")
    script = Cast(
        {"formulate": [broken], "repair_formulation": [Status(401, "the key is gone"), FORMULATION]}
    )

    async def talk() -> dict[str, Any]:
        made, asked = await graph("compile", saver(), InMemoryStore()), {"text": PROBLEM}
        with pytest.raises(RunFailed):
            await made.ainvoke(asked, THREAD)  # type: ignore[call-overload]
        return await made.ainvoke(None, THREAD)

    with serve(script) as cast:
        found = asyncio.run(talk())
    assert cast.asked == ["formulate", "repair_formulation", "repair_formulation"]
    assert found["answer"]["objective"] == OPTIMUM
    assert found["answer"]["account"]["total"]["calls"] == 3
