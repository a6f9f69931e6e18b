"""The run directory: problem, formulation, answer and evidence, written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from quintet.errors import ProblemError

if TYPE_CHECKING:
    from quintet.agent.answer import Answer


def write_run(answer: Answer, folder: Path) -> Path:
    """Write everything that belongs to one answer into a new folder.

    Args:
        answer: What to write: `problem.txt`, `formulation.yaml`, `answer.json`, `answer.txt`, and
            `solver.log` if the log was asked for, and the tables that it read.
        folder: A path where nothing stands yet, or an empty folder.

    Raises:
        ProblemError: Something stands there, or it can't be written.
    """
    refuse_taken(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            _fill(answer, draft)
            draft.chmod(0o755)
            draft.replace(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise ProblemError(f"can't be written: {error.strerror}", place=str(folder)) from None
    return folder


def refuse_taken(folder: Path) -> None:
    """Refuse a folder that holds something, before any work is done.

    Raises:
        ProblemError: It is a file, or not empty.
    """
    try:
        free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    except OSError as error:
        raise ProblemError(f"can't be looked at: {error.strerror}", place=str(folder)[:80]) from None
    if not free:
        raise ProblemError("stands there already", place=str(folder), remedy="name a new folder for -o")


def _copy_table(answer: Answer, name: str, folder: Path) -> None:
    """A table beside the formulation, so that the folder can be solved again."""
    home = answer.problem.data or answer.formulation.folder or Path.cwd()
    target = folder / name
    if target.resolve().is_relative_to(folder.resolve()):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(home / name, target)


def _fill(answer: Answer, folder: Path) -> None:
    files = {
        "problem.txt": answer.problem.text,
        "formulation.yaml": answer.formulation.dump("yaml"),
        "answer.json": answer.to_json(),
        "answer.txt": answer.to_text(),
        "solver.log": answer.solution.log,
    }
    for name in {table.file for table in answer.formulation.tables.values()}:
        _copy_table(answer, name, folder)
    for name, text in files.items():
        if text:
            (folder / name).write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
