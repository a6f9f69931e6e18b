"""What `quintet doctor` says of the language model."""

from __future__ import annotations

from pathlib import Path

import pytest

from quintet import doctor
from quintet.doctor import Line, examine
from quintet.llm import servers
from quintet.llm.servers import Found
from tests.llm.endpoint import Endpoint

KEY = "sk-secret-0123456789"


@pytest.fixture(autouse=True)
def nothing_runs_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(servers, "local_servers", list)
    monkeypatch.chdir(tmp_path)


def lines() -> list[Line]:
    return doctor._language_models()


def configure(monkeypatch: pytest.MonkeyPatch, **names: str) -> None:
    for name, value in names.items():
        monkeypatch.setenv(name, value)


def test_nothing_set() -> None:
    (line,) = lines()
    assert (line.name, line.state) == ("language model", "missing")
    assert "the built-in reader reads problems" in line.detail
    assert "QUINTET_MODEL" in line.remedy


def test_a_key_alone_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, OPENAI_API_KEY=KEY)
    (line,) = lines()
    assert (line.state, line.remedy) == (
        "missing",
        "no model name is set: name one with --model, QUINTET_MODEL or OPENAI_MODEL",
    )


def test_a_model_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint() as endpoint:
        configure(monkeypatch, OPENAI_BASE_URL=endpoint.url, OPENAI_MODEL="m", OPENAI_API_KEY=KEY)
        assert lines() == [Line("language model", "ok", f"m at {endpoint.url}")]


def test_a_model_that_the_endpoint_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(models=["a", "b"]) as endpoint:
        configure(monkeypatch, OPENAI_BASE_URL=endpoint.url, OPENAI_MODEL="m")
        (line,) = lines()
    assert line.state == "missing"
    assert line.detail.endswith("it has no model of this name, but a, b")


def test_an_endpoint_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint() as endpoint:
        configure(monkeypatch, OPENAI_BASE_URL=endpoint.url, OPENAI_MODEL="m")
    (line,) = lines()
    assert "it can't be reached (Connection refused)" in line.detail
    assert line.remedy.startswith("start the server")


def test_a_wrong_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "look", lambda url, key: Found("x", url, status=401, why="it answers 401"))
    configure(monkeypatch, OPENAI_MODEL="m", OPENAI_API_KEY=KEY)
    (line,) = lines()
    assert line.remedy == "set OPENAI_API_KEY or QUINTET_API_KEY"


@pytest.mark.parametrize(("status", "state"), [(404, "ok"), (405, "ok"), (503, "missing")])
def test_an_endpoint_that_lists_no_models(monkeypatch: pytest.MonkeyPatch, status: int, state: str) -> None:
    monkeypatch.setattr(
        servers, "look", lambda url, key: Found("x", url, status=status, why=f"it answers {status}")
    )
    configure(monkeypatch, OPENAI_BASE_URL="http://127.0.0.1:9/v1", OPENAI_MODEL="m")
    (line,) = lines()
    assert line.state == state
    assert f"it answers {status}" in line.detail


def test_roles_have_lines_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(models=["m", "c"]) as endpoint:
        configure(monkeypatch, OPENAI_BASE_URL=endpoint.url, OPENAI_MODEL="m", QUINTET_MODELS__CODER="c")
        assert [(line.name, line.state) for line in lines()] == [
            ("language model", "ok"),
            ("language model of coder", "ok"),
        ]


def test_servers_of_this_machine_are_offered_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Found("Ollama", "http://127.0.0.1:11434/v1", ("qwen3:8b", "gpt-oss"), 200)
    monkeypatch.setattr(servers, "local_servers", lambda: [found])
    model, server = lines()
    assert model.state == "missing"
    assert server.detail == "http://127.0.0.1:11434/v1: qwen3:8b, gpt-oss"
    assert server.remedy.endswith("QUINTET_BASE_URL=http://127.0.0.1:11434/v1 QUINTET_MODEL=qwen3:8b")


def test_settings_without_effect_and_wrong_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, QUINTET_TIMOUT="3")
    assert lines()[1] == Line(
        "QUINTET_TIMOUT", "ignored", "there is no such setting", "did you mean timeout?"
    )
    configure(monkeypatch, QUINTET_TIMEOUT="soon")
    (line,) = lines()
    assert (line.name, line.state) == ("settings", "broken")
    assert line.detail.startswith("QUINTET_TIMEOUT: 'soon'")


def test_the_whole_report_never_shows_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(models=[KEY]) as endpoint:
        configure(monkeypatch, OPENAI_BASE_URL=endpoint.url, OPENAI_MODEL="m", OPENAI_API_KEY=KEY)
        report = examine()
    assert KEY not in report.to_text() + report.to_json()
