"""Programs and requests that are broken: a clear record, or one line for the caller."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from quintet.errors import SandboxError
from quintet.solvers.sandbox import Check, Limits, LocalSandbox, Solve, Status


@pytest.mark.parametrize(
    ("program", "status", "words"),
    [
        (b"", Status.NO_RESULT, "without report()"),
        (b"\xff\xfe\x00", Status.ERROR, "NUL byte"),
        (b"x = 1\x00", Status.ERROR, "NUL byte at position 5"),
        (b"x = '\xff'", Status.ERROR, "not text"),
        (b"# coding: nonsense\nx = 1", Status.ERROR, "not text|unknown encoding"),
        (b"def f(:\n  pass", Status.ERROR, "SyntaxError"),
        (b"input()", Status.ERROR, "EOFError"),
        (b"import sys; sys.stdin.read(); raise ValueError('end')", Status.ERROR, "ValueError: end"),
        (b"import no_such_module", Status.ERROR, "ModuleNotFoundError"),
        (
            b"import pyomo.environ as p; report(objective=p.ConcreteModel())",
            Status.NO_RESULT,
            "ConcreteModel",
        ),
        (b"report(objective=float('nan'))", Status.NO_RESULT, "not a finite number"),
        (b"report(objective=1, variables={1, 2})", Status.NO_RESULT, "builtins.set"),
        (b"x = []; x.append(x); report(objective=1, variables=x)", Status.NO_RESULT, "contains itself"),
        (b"(" * 5000, Status.ERROR, "SyntaxError|RecursionError|MemoryError"),
        (b"x = " + b"1+" * 100_000 + b"1", Status.ERROR, "RecursionError|MemoryError|SyntaxError"),
    ],
    ids=lambda value: repr(value)[:25],
)
def test_broken_programs(sandbox: LocalSandbox, program: bytes, status: Status, words: str) -> None:
    if b"pyomo" in program:
        pytest.importorskip("pyomo")
    run = sandbox.run(program)
    assert run.status is status, run
    assert any(word in run.detail + run.traceback for word in words.split("|")), run
    assert "\n" not in run.detail


def test_five_megabytes(sandbox: LocalSandbox) -> None:
    program = b"x = 0\n" * 10 + b"#" * 5_000_000 + b"\nreport(objective=1)"
    assert sandbox.run(program).ok
    lines = "".join(f"x{number} = {number}\n" for number in range(40_000)) + "report(objective=1)"
    run = sandbox.run(lines)
    assert run.status in (Status.OK, Status.MEMORY), run


def test_the_encoding_cookie_counts(sandbox: LocalSandbox) -> None:
    run = sandbox.run("# coding: latin-1\nreport(objective=len('é'), variables='é')".encode("latin-1"))
    assert run.claim is not None, run
    assert run.claim.objective == 1


def test_the_traceback_has_the_programs_own_frames_and_lines(sandbox: LocalSandbox) -> None:
    program = "import json\ndef inner():\n    return json.loads('{')\ninner()\n"
    run = sandbox.run(program)
    assert run.traceback.count("File ") == 2
    assert "return json.loads('{')" in run.traceback
    assert run.traceback.endswith("JSONDecodeError: Expecting property name enclosed in double quotes: line 1"
                                  " column 2 (char 1)")  # fmt: skip


def test_output_is_kept_up_to_the_error(sandbox: LocalSandbox) -> None:
    run = sandbox.run("import sys\nprint('out')\nprint('err', file=sys.stderr)\n1/0")
    assert (run.stdout, run.stderr) == ("out\n", "err\n")


def test_memory_error_of_the_program(sandbox: LocalSandbox) -> None:
    run = sandbox.run("x = bytearray(10**10)", limits=Limits(memory=256 << 20))
    assert run.status is Status.MEMORY


@pytest.mark.parametrize("name", ["", "/etc/x", "../x", "a/../../x", "a//b", "./x", "x\0y", "x" * 300, "."])
def test_file_names_that_lead_out(sandbox: LocalSandbox, name: str) -> None:
    with pytest.raises(SandboxError, match="not a relative path"):
        sandbox.run("report(objective=1)", files={name: "x"})


def test_files_arrive_and_stay_as_they_are(sandbox: LocalSandbox, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,2\n")
    program = """
try: open("in/table.csv", "w")
except OSError as error: print(type(error).__name__)
report(objective=sum(len(open(n).read()) for n in ("in/table.csv", "text", "bytes")))
"""
    run = sandbox.run(program, files={"in/table.csv": table, "text": "äö", "bytes": b"123"})
    assert run.claim is not None, run
    assert run.claim.objective == 8 + 2 + 3
    assert run.stdout.strip() in ("OSError", "PermissionError")
    assert table.read_text() == "a,b\n1,2\n"


def test_a_link_a_pipe_and_a_folder_are_no_input_files(sandbox: LocalSandbox, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "."):
        with pytest.raises(SandboxError, match=r"files\['x'\]"):
            sandbox.run("report(objective=1)", files={"x": tmp_path / name})
    with pytest.raises(SandboxError, match="No such file"):
        sandbox.run("report(objective=1)", files={"x": tmp_path / "none"})


def test_too_much_input(sandbox: LocalSandbox) -> None:
    with pytest.raises(SandboxError, match=r"raise limits\.input"):
        sandbox.run("report(objective=1)", files={"x": bytes(2000)}, limits=Limits(input=1000))


@pytest.mark.parametrize("data", [{1, 2}, float("nan"), object()])
def test_data_that_are_not_json(sandbox: LocalSandbox, data: object) -> None:
    with pytest.raises(SandboxError, match="not plain JSON"):
        sandbox.run("def solve(data): ...", calls=[Solve(data)])


def test_a_call_refers_to_an_earlier_solve(sandbox: LocalSandbox) -> None:
    with pytest.raises(SandboxError, match=r"calls\[0\]"):
        sandbox.run("", calls=[Check({}, solved_by=0)])


@pytest.mark.parametrize("limits", [{"wall": 0}, {"memory": -1}, {"wall": float("nan")}, {"files": "many"}])
def test_limits_are_positive_numbers(limits: dict) -> None:
    with pytest.raises(SandboxError, match="not a positive number"):
        Limits(**limits)


def test_after_all_that_a_normal_job_runs(sandbox: LocalSandbox) -> None:
    assert sandbox.run("report(objective=1)").ok
