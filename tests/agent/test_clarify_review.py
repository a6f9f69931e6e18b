"""Questions and reviews: what a person is asked, what becomes of the answer, and what happens without one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from quintet.agent.person import Nobody
from quintet.agent.session import replay, resume
from quintet.errors import RunPaused
from quintet.verbs import terminal
from tests.agent.scripts import INFEASIBLE, OPTIMUM, RIGHT, TOO_MUCH, UNKNOWN_NAME, Cast, settings, solve
from tests.command import runner
from tests.llm.endpoint import Endpoint

pytestmark = pytest.mark.usefixtures("one_sandbox")
QUESTIONS = [
    {
        "question": "May a bench be left half made?",
        "options": ["No, whole benches only", "Yes, it is finished next week"],
        "default": "No, whole benches only",
        "why": "Half a bench may use the last hours.",
    },
    {"question": "Does the joiner sell on Sunday?", "default": "No", "why": "More benches could be sold."},
    {"question": "Is a third question ever put?", "default": "Never"},
]
CLARIFY = {"clarify": json.dumps({"questions": QUESTIONS})}


class Scripted:
    """A person with answers ready; None where they run out."""

    def __init__(self, answers: list[str] = [], edits: list[Any] = []) -> None:  # noqa: B006  -- never changed
        self.answers, self.edits = list(answers), list(edits)
        self.asked: list[Mapping[str, Any]] = []
        self.shown: list[Mapping[str, Any]] = []

    def question(self, asked: Mapping[str, Any]) -> str | None:
        self.asked.append(asked)
        return self.answers.pop(0) if self.answers else None

    def review(self, shown: Mapping[str, Any]) -> str | None:
        self.shown.append(shown)
        edit = self.edits.pop(0) if self.edits else None
        if edit is None or isinstance(edit, str):
            return edit
        return edit(shown["document"])


def only(weeks: int) -> Any:
    """An edit: another number of hours."""

    def edit(document: str) -> str:
        changed = yaml.safe_load(document)
        changed["parameters"]["week"]["values"] = weeks
        return yaml.safe_dump(changed)

    return edit


def test_questions_are_put_one_at_a_time_and_answers_reach_both_readings(tmp_path: Path) -> None:
    person = Scripted(answers=["Yes, it is finished next week", ""])
    ran = solve("quintet", tmp_path / "run", CLARIFY, person=person, questions=2)
    assert [asked["question"] for asked in person.asked] == [q["question"] for q in QUESTIONS[:2]]
    assert person.asked[0]["options"] == tuple(QUESTIONS[0]["options"])
    assert ran.asked[0] == "clarify"
    for prompt in ("formulate", "code"):
        words = ran.cast.words(prompt)
        assert "Yes, it is finished next week" in words
        assert "Does the joiner sell on Sunday?" in words  # with its default
    assert "third question" not in ran.cast.words("formulate", "code")
    assert ran.cast.asked.count("clarify") == 1
    assert ran.objective == OPTIMUM


def test_a_person_who_leaves_comes_back_to_the_same_question(tmp_path: Path) -> None:
    with pytest.raises(RunPaused):
        solve("quintet", tmp_path / "run", CLARIFY, person=Scripted(answers=["half"]), questions=2)
    cast, later = Cast(CLARIFY), Scripted(answers=["Sundays too"])
    with Endpoint(cast) as endpoint:
        answer = resume(tmp_path / "run", settings(endpoint, tmp_path), person=later)
    assert [asked["question"] for asked in later.asked] == [QUESTIONS[1]["question"]]
    assert "clarify" not in cast.asked
    assert "half" in cast.words("formulate")
    assert "Sundays too" in cast.words("code")
    assert answer.record()["objective"] == OPTIMUM


def test_answers_are_replayed(tmp_path: Path) -> None:
    person = Scripted(answers=["Yes, it is finished next week", "Sundays too"])
    ran = solve("quintet", tmp_path / "run", CLARIFY, person=person, questions=2)
    assert replay(ran.folder).record()["variables"] == ran.record["variables"]


def test_without_anybody_defaults_are_taken(tmp_path: Path) -> None:
    ran = solve("quintet", tmp_path / "run", CLARIFY, person=Nobody(), questions=1)
    assert "No, whole benches only" in ran.cast.words("code")


def test_a_clarifier_that_fails_costs_no_run(tmp_path: Path) -> None:
    ran = solve("quintet", tmp_path / "run", {"clarify": "no idea"}, questions=2)
    assert ran.objective == OPTIMUM
    assert "clarifier" in ran.notes


@pytest.mark.parametrize("strategy", ["compile", "quintet"])
def test_an_edited_formulation_is_the_one_that_is_solved(strategy: str, tmp_path: Path) -> None:
    person = Scripted(edits=[only(20)])
    ran = solve(strategy, tmp_path / "run", person=person, review=True)
    (shown,) = person.shown
    assert "“at most 6 benches can be sold”\n    demand: make[bench] <= sold" in shown["reading"]
    assert ran.objective == 320.0  # 4 benches in 20 hours
    assert ran.asked.count("formulate") == 1
    assert "20" in (ran.folder / "formulation.yaml").read_text(encoding="utf-8")
    assert replay(ran.folder).record()["objective"] == 320.0


def test_a_formulation_that_is_let_pass(tmp_path: Path) -> None:
    person = Scripted(edits=[""])
    ran = solve("compile", tmp_path / "run", person=person, review=True)
    assert ran.objective == OPTIMUM
    assert len(person.shown) == 1


@pytest.mark.parametrize(
    "broken",
    [
        "title: [unfinished",
        "just words",
        lambda text: text.replace("make[bench]", "make[table]"),
        lambda text: text.replace("quintet: 1", "quintet: 99"),
    ],
    ids=["no YAML", "no document", "unknown name", "newer version"],
)
def test_a_broken_edit_is_shown_again_with_its_faults(broken: Any, tmp_path: Path) -> None:
    person = Scripted(edits=[broken if callable(broken) else lambda text: broken, lambda _: RIGHT_DOCUMENT])
    ran = solve("compile", tmp_path / "run", person=person, review=True)
    assert len(person.shown) == 2
    assert not person.shown[0]["faults"]
    assert person.shown[1]["faults"]
    assert ran.objective == OPTIMUM
    assert replay(ran.folder).record()["objective"] == OPTIMUM


RIGHT_DOCUMENT = RIGHT["formulate"].removeprefix("```json\n").removesuffix("\n```")


def test_a_broken_edit_that_is_left_ends_the_run(tmp_path: Path) -> None:
    person = Scripted(edits=[lambda text: text.replace("make[bench]", "make[table]"), ""])
    ran = solve("compile", tmp_path / "run", person=person, review=True)
    assert len(person.shown) == 2
    assert ran.record["status"] == "unsolved"
    assert "unknown name 'table'" in ran.answer.to_text()


def test_a_formulation_that_is_mended_after_the_review_is_reviewed_again(tmp_path: Path) -> None:
    person = Scripted(edits=["", ""])
    scripts = {"formulate": INFEASIBLE}
    ran = solve("compile", tmp_path / "run", scripts, person=person, review=True)
    assert len(person.shown) == 2
    assert ran.objective == OPTIMUM


def test_faults_are_mended_before_anybody_looks(tmp_path: Path) -> None:
    person = Scripted(edits=[""])
    solve("compile", tmp_path / "run", {"formulate": UNKNOWN_NAME}, person=person, review=True)
    assert len(person.shown) == 1
    assert "table" not in person.shown[0]["document"]


def test_the_programs_side_is_done_while_the_review_waits(tmp_path: Path) -> None:
    scripts = {"code": TOO_MUCH}
    with pytest.raises(RunPaused):
        solve("quintet", tmp_path / "run", scripts, person=Scripted(), review=True)
    cast = Cast(scripts)
    with Endpoint(cast) as endpoint:
        answer = resume(tmp_path / "run", settings(endpoint, tmp_path), person=Scripted(edits=[""]))
    assert answer.record()["objective"] == OPTIMUM
    assert not {"plan", "code", "formulate"} & set(cast.asked)


def test_without_a_terminal_a_review_waits_and_questions_take_defaults(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    quintet = runner(monkeypatch, capsys, tmp_path)
    with Endpoint(Cast(CLARIFY)) as endpoint:
        monkeypatch.setenv("QUINTET_BASE_URL", endpoint.url)
        monkeypatch.setenv("QUINTET_MODEL", "m")
        ran = quintet("solve", "Some problem.", "--ask", "--review", "-o", "run")
        assert ran.code == 1
        assert not ran.out
        assert ran.err.splitlines()[-1] == (
            "quintet: the run waits for an answer; go on with: quintet resume run"
        )
        assert quintet("show", "run").code == 0
        typed = iter(["", "x", "e", ""])
        monkeypatch.setattr(terminal, "_interactive", lambda: True)
        monkeypatch.setattr(terminal, "_typed", lambda prompt: next(typed))
        resumed = quintet("resume", "run", "--json")
    assert resumed.code == 0
    assert resumed.document["objective"] == OPTIMUM
    assert "demand: make[bench] <= sold" in resumed.err
    assert next(typed) == "x"


def test_the_terminal_takes_the_number_of_an_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "_interactive", lambda: True)
    typed = iter(["2", "", "3", "my own words"])
    monkeypatch.setattr(terminal, "_typed", lambda prompt: next(typed))
    person = terminal.Terminal()
    answers = [person.question(QUESTIONS[0]) for _ in range(4)]
    assert answers == [QUESTIONS[0]["options"][1], "", "3", "my own words"]
    assert "1. No, whole benches only" in capsys.readouterr().err


def test_the_editor_hands_back_what_was_typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    editor = tmp_path / "my editor"
    editor.write_text('#!/bin/sh\nprintf "edited" >> "$1"\n', encoding="utf-8")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", f"'{editor}'")
    assert terminal.edited("text, ") == "text, edited"
