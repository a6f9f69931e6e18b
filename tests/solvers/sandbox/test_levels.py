"""Choosing a level, refusing below a minimum, and what the package costs to import."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from places import ROOT

from quintet.errors import SandboxError
from quintet.solvers import sandbox as package
from quintet.solvers.sandbox import (
    FakeSandbox,
    Layer,
    Level,
    LocalSandbox,
    Run,
    Sandbox,
    Status,
    machine,
    probe,
)
from quintet.solvers.sandbox.machine import Part, Probe, choose


def test_all_names_are_there_and_sorted_by_kind() -> None:
    assert all(getattr(package, name) is not None for name in package.__all__)
    assert len(set(package.__all__)) == len(package.__all__)
    with pytest.raises(AttributeError):
        _ = package.nothing  # pyright: ignore[reportAttributeAccessIssue]


def test_levels_are_ordered() -> None:
    assert Level.FULL.satisfies(Level.LANDLOCK)
    assert Level.BUBBLEWRAP.satisfies(Level.LANDLOCK)
    assert not Level.LANDLOCK.satisfies(Level.BUBBLEWRAP)
    assert not Level.PROCESS.satisfies(Level.LANDLOCK)


def poor_machine() -> Probe:
    parts = (
        Part("linux", True),
        Part("landlock", False, "Function not implemented", "use Linux 5.13 or later"),
    )
    return Probe(Level.PROCESS, (Level.PROCESS,), parts)


def test_below_the_minimum_it_refuses_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "probe", poor_machine)
    with pytest.raises(SandboxError, match=r"level landlock .* use Linux 5\.13 or later") as caught:
        choose(Level.LANDLOCK)
    assert caught.value.exit_code == 3
    assert "\n" not in str(caught.value)
    assert choose(Level.PROCESS) is Level.PROCESS
    with pytest.raises(SandboxError, match="level full"):
        choose(Level.PROCESS, Level.FULL)


def test_the_warm_levels_are_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = (Level.LANDLOCK, Level.BUBBLEWRAP, Level.PROCESS)
    monkeypatch.setattr(machine, "probe", lambda: Probe(levels[0], levels, ()))
    assert choose(Level.LANDLOCK) is Level.LANDLOCK
    assert choose(Level.BUBBLEWRAP) is Level.BUBBLEWRAP


@pytest.mark.parametrize("level", list(Level))
def test_a_job_at_each_level_says_so(level: Level) -> None:
    if level not in probe().levels:
        pytest.skip(f"the level {level} is not to be had here: {probe().lacking(level)}")
    try:
        with LocalSandbox(workers=1, level=level, preload=()) as sandbox:
            run = sandbox.run("report(objective=1)", files={"a/b.csv": "x"})
    except SandboxError as error:
        assert "an interpreter that others can read" in str(error)  # noqa: PT017 - one of two right outcomes
        pytest.skip(str(error))
    assert run.ok, run
    assert run.level is level
    assert {Layer.LIMITS, Layer.CLEAN_ENVIRONMENT, Layer.WALL_KILL} <= set(run.layers)
    assert (Layer.SECCOMP in run.layers) == (level is not Level.PROCESS)
    assert (Layer.PID_NAMESPACE in run.layers) == (level in (Level.FULL, Level.BUBBLEWRAP))


def test_importing_it_imports_no_thread_no_socket_no_event_loop() -> None:
    load = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import quintet.solvers.sandbox"
    ask = f"{load}; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(done.stdout))
    assert not loaded & {
        "asyncio",
        "socket",
        "subprocess",
        "concurrent.futures",
        "numpy",
        "highspy",
        "pydantic",
    }


def test_the_fake_answers_from_its_queue() -> None:
    fake = FakeSandbox([Run(Status.OK)])
    seam: Sandbox = fake
    fake.enqueue(lambda asked: Run(Status.ERROR, detail=asked.program.decode()))
    assert seam.run("a").ok
    assert seam.run("b").detail == "b"
    assert [asked.program for asked in fake.requests] == [b"a", b"b"]
    with pytest.raises(SandboxError, match="no run for request 3"):
        seam.run("c")


def test_the_local_sandbox_fits_the_seam(sandbox: LocalSandbox) -> None:
    seam: Sandbox = sandbox
    assert seam.run("report(objective=1)").ok
