"""Hostile programs at each level, as root and as an ordinary user: what is held, and what gets through."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import levels_table
import pytest
from hostile import SNIPPETS, Snippet
from places import HERE, PUBLIC_PYTHON, ROOT

from quintet.solvers.jail.privileges import readable_by_others
from quintet.solvers.sandbox import Layer, Level, probe

ORDINARY_USER = 54_321
WHO = ("root", "user") if os.geteuid() == 0 else ("user",)


@functools.cache
def start(level: str, who: str) -> tuple[subprocess.Popen[str], Path]:
    """Start a pass over all programs; its report is written to the file returned."""
    options: dict[str, Any] = {}
    if os.geteuid() == 0 and who == "user":
        options = {"user": ORDINARY_USER, "group": ORDINARY_USER, "extra_groups": []}
    report = Path(tempfile.mkdtemp(), "report")
    command = [str(PUBLIC_PYTHON), "-B", str(HERE / "hostile_driver.py"), str(ROOT), level]
    environment = {"PATH": os.defpath, "SECRET": "the caller's secret"}
    with report.open("w", encoding="utf-8") as file:
        driver = subprocess.Popen(command, stdout=file, text=True, cwd="/", env=environment, **options)
    return driver, report


@functools.cache
def report_of(level: str, who: str) -> dict[str, dict[str, Any]]:
    """What came of all programs at a level; one record for each name. The users' passes run side by side."""
    if Level(level) not in probe().levels:
        pytest.skip(f"the level {level} is not to be had here: {probe().lacking(Level(level))}")
    if PUBLIC_PYTHON is None or not readable_by_others((str(ROOT),)):
        pytest.skip("there is no interpreter here that an ordinary user can read")
    drivers = {each: start(level, each) for each in WHO}
    driver, report = drivers[who]
    assert driver.wait(timeout=500) == 0
    records = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    shutil.rmtree(report.parent)
    return {record["name"]: record for record in records}


def held_as_expected(snippet: Snippet, level: str, who: str) -> None:
    record = report_of(level, who)[snippet.name]
    assert bool(record["leaks"]) == snippet.leaks_at(level, who), record
    assert record["normal"] == 42, "a normal job did not run after it"


def test_there_are_enough_and_each_has_a_name() -> None:
    assert len(SNIPPETS) >= 60
    assert len({snippet.name for snippet in SNIPPETS}) == len(SNIPPETS)


@pytest.mark.parametrize("who", WHO)
def test_a_plain_job_runs_first(who: str) -> None:
    assert report_of("full", who)[""]["status"] == "ok"


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.name)
def test_full_holds_everything(snippet: Snippet, who: str) -> None:
    held_as_expected(snippet, "full", who)
    record = report_of("full", who)[snippet.name]
    assert not record["leaks"]
    assert record["status"] in snippet.ends, record
    assert set(record["layers"]) == {layer.value for layer in Layer}


@pytest.mark.long
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("level", ["bubblewrap", "landlock", "process"])
@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.name)
def test_lower_levels_hold_what_the_table_says(snippet: Snippet, level: str, who: str) -> None:
    held_as_expected(snippet, level, who)


def test_each_level_holds_what_the_one_below_holds() -> None:
    leaks = [{(s.name, who) for s in SNIPPETS for who in WHO if s.leaks_at(level, who)} for level in Level]
    for stronger, weaker in zip(leaks, leaks[1:], strict=False):
        assert stronger < weaker


def test_the_table_of_the_docs_is_that_of_the_tests() -> None:
    page = levels_table.PAGE.read_text(encoding="utf-8")
    assert page == levels_table.renewed(page), "run python tests/solvers/sandbox/levels_table.py"
