"""What is shipped and how it is set up: the wheel, the locks, the versions, the floors, the Makefile."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{command} left with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    (built,) = folder.glob("*.whl")
    return built


def members(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_one_package(wheel: Path) -> None:
    assert {name.split("/")[0] for name in members(wheel)} == {
        "quintet",
        f"quintet-{PROJECT['version']}.dist-info",
    }


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "quintet").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "quintet/py.typed" in files
    assert any(name.startswith("quintet/examples/") for name in files)
    assert files <= members(wheel)


def test_the_wheel_runs_where_it_is_put(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = ['quintet', '--help']\n"
        "import quintet.cli; print(quintet.__file__); quintet.cli.main()"
    )
    printed = run(sys.executable, "-I", "-c", program, cwd=tmp_path)
    assert Path(printed.splitlines()[0]).is_relative_to(tmp_path)
    assert "solve" in printed


def requirements(lock: Path) -> list[str]:
    """The requirements of a lock, each with its hashes on one line."""
    joined = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pins(lock: Path) -> set[str]:
    return {line.split("--hash")[0].strip() for line in requirements(lock)}


def test_there_are_locks() -> None:
    assert [lock.name for lock in LOCKS] == ["run.txt", "test.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host", text)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_every_requirement_by_hash(lock: Path) -> None:
    pinned = re.compile(r"[a-z0-9-]+==[^\s;]+( ; [^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [line for line in requirements(lock) if not pinned.fullmatch(line)] == []


def test_the_test_lock_holds_the_run_lock() -> None:
    run_lock, test_lock = LOCKS
    assert pins(run_lock) <= pins(test_lock)


def test_the_run_lock_holds_what_the_package_asks_for() -> None:
    asked = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["nonlinear"]]
    asked += PROJECT["optional-dependencies"]["tables"]
    names = {re.split(r"[=<>~! ]", requirement)[0].lower() for requirement in asked}
    assert names <= {pin.split("==")[0] for pin in pins(LOCKS[0])}


def test_the_changelog_is_at_the_package_version() -> None:
    headings = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert headings[0] == PROJECT["version"]


def test_the_floors_hold() -> None:
    run(Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo")


@pytest.fixture
def set_up_tree(tmp_path: Path) -> Path:
    """A tree whose set-up is done, as far as the Makefile can tell."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    stamps = tmp_path / ".venv"
    stamps.mkdir()
    for age, stamp in enumerate((".ready-test", ".ready-run", "../pyproject.toml")):
        (stamps / stamp).touch()
        os.utime(stamps / stamp, (1_900_000_000 - age, 1_900_000_000 - age))
    return tmp_path


@pytest.mark.parametrize("target", ["run", "test", "check", "test-long"])
def test_a_second_call_sets_nothing_up(set_up_tree: Path, target: str) -> None:
    planned = run("make", "-n", target, cwd=set_up_tree)
    assert "pip" not in planned
    assert "set-up" not in planned


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("requirements/run.txt", ("run.txt", "test.txt")),
        ("requirements/test.txt", ("test.txt",)),
        ("pyproject.toml", ("run.txt", "test.txt")),
        (".venv/.unfinished", ("run.txt", "test.txt")),
    ],
)
def test_a_change_sets_up_again(set_up_tree: Path, changed: str, again: tuple[str, ...]) -> None:
    (set_up_tree / changed).touch()
    os.utime(set_up_tree / changed, (1_900_000_001, 1_900_000_001))
    planned = run("make", "-n", "test", cwd=set_up_tree)
    assert tuple(re.findall(r"--requirement requirements/(\S+\.txt)", planned)) == again


def test_run_needs_no_test_package(set_up_tree: Path) -> None:
    (set_up_tree / "requirements" / "test.txt").unlink()
    assert "quintet solve" in run("make", "-n", "run", cwd=set_up_tree)
