from __future__ import annotations

import subprocess
import sys

from quintet.problem import Finding, Problem, Severity, Verdict


def test_a_finding_reads_as_one_line() -> None:
    finding = Finding("number-unused", Severity.WARNING, "text, line 2", "'5' is not used")
    assert str(finding) == "warning: text, line 2: '5' is not used [number-unused]"
    assert str(Finding("a", Severity.INFO, "", "b")) == "info: b [a]"


def test_verdicts_and_severities_are_their_words() -> None:
    assert [str(verdict) for verdict in Verdict] == ["verified", "checked", "disputed", "unsolved"]
    assert Severity("error") is Severity.ERROR


def test_a_problem_is_its_text_and_may_have_files() -> None:
    assert Problem("Make the most of it.") == Problem("Make the most of it.", (), None)


def test_importing_it_costs_nothing() -> None:
    code = (
        "import sys, quintet.problem; print([m for m in ('pydantic', 'numpy', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
