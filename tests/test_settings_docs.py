"""What docs/settings.md says of settings holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from quintet.agent.session import ROLES
from quintet.llm.retry import RETRIED
from quintet.llm.servers import PORTS
from quintet.settings import Settings

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
FILES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("file", FILES)
def test_every_example_can_be_read(file: str, tmp_path: Path) -> None:
    (tmp_path / "quintet.toml").write_text(file, encoding="utf-8")
    settings = Settings.load(folder=tmp_path, environment={})
    settings.refuse_unknown_roles(ROLES)
    assert settings != Settings()


def test_there_are_examples() -> None:
    assert len(FILES) >= 3


def test_variables_in_the_text_set_what_they_say(tmp_path: Path) -> None:
    found = dict(re.findall(r"`(QUINTET_\w+)='([^']+)'`", PAGE))
    assert found
    settings = Settings.load(
        folder=tmp_path, environment=found | {"QUINTET_MODELS__CODER__BASE_URL": "http://h/v1"}
    )
    assert settings.prices["qwen3*"].input == 0
    assert settings.models["coder"].base_url == "http://h/v1"


def test_all_roles_are_named() -> None:
    named = re.search(r"Eight roles ask a model: ([\w, ]+)\.", PAGE)
    assert named
    assert named[1].split(", ") == sorted(ROLES)


def test_servers_stand_at_their_ports() -> None:
    addresses = re.findall(r"^\| ([\w. ]+) \| .* \| `http://127\.0\.0\.1:(\d+)/v1` \|$", PAGE, re.MULTILINE)
    assert {name: int(port) for name, port in addresses} == PORTS


def test_statuses_that_are_sent_again() -> None:
    told = re.search(r"the statuses ([\d, ]+) and 5xx", PAGE)
    assert told
    assert {int(status) for status in told[1].split(", ")} == RETRIED
