"""Running the program inside the job and writing down what it claims.

The program shares this process, so everything written here is a claim: the caller checks the form, and
the truth of it outside.
"""

from __future__ import annotations

import contextlib
import io
import json
import linecache
import os
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import keep, solved
from .confine import RESULT
from .exit_codes import OUT_OF_MEMORY
from .payload import Payload
from .plain import NotPlain, plain

FILENAME = "program.py"
_LONGEST_TRACEBACK = 8_000
_LONGEST_DETAIL = 500


@dataclass(slots=True)
class Answer:
    """What a job writes on its result descriptor."""

    end: str = "ok"
    detail: str = ""
    traceback: str = ""
    report: dict[str, Any] | None = None
    solved: dict[str, Any] | None = None
    results: list[dict[str, Any]] = field(default_factory=list)
    model: dict[str, str] | None = None


def run_and_exit(content: Payload, limits: dict[str, int]) -> None:
    """Run the program, answer, and end the process at once: no atexit, no waiting for threads."""
    code = 0
    try:
        _use_descriptors()
        answer = run(content)
        _flush()
        _write(json.dumps(vars_of(answer), allow_nan=False).encode())
    except MemoryError:
        code = OUT_OF_MEMORY
    except BaseException as error:
        code = 1
        _flush()
        _write(
            json.dumps(
                {"end": "error", "detail": f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL]}
            ).encode()
        )
    finally:
        os._exit(code)


def vars_of(answer: Answer) -> dict[str, Any]:
    """The answer as a mapping for JSON."""
    return {name: getattr(answer, name) for name in Answer.__slots__}


def run(content: Payload) -> Answer:
    """Run a payload's program in a fresh ``__main__`` and gather its claims."""
    answer = Answer()
    module, kept = _fresh_main(answer)
    with _told(answer):
        code = keep.compile_program(content.program, FILENAME)
        exec(code, vars(module))  # noqa: S102 - running the program is what this confined process is for
    if answer.end == "ok":
        results: list[_Result] = []
        for call in content.calls:
            results.append(_call(module, call, results))
        answer.results = [_shown(result) for result in results]
    objects = solved.found(vars(module), kept)
    if not content.calls and answer.report is None and answer.end == "ok":
        answer.solved = solved.best_claim(objects)
    if content.capture:
        answer.model = _captured(objects, content.capture)
    return answer


def _captured(objects: list[tuple[str, Any]], form: str) -> dict[str, str]:
    from . import capture

    return capture.export(objects, form)


def _fresh_main(answer: Answer) -> tuple[types.ModuleType, list[Any]]:
    module = types.ModuleType("__main__")
    kept: list[tuple[str, Any]] = []
    vars(module).update(
        __file__=FILENAME,
        __builtins__=__builtins__,
        report=_reporter(answer),
        **{keep.NAME: keep.keeper(kept)},
    )
    sys.modules["__main__"] = module
    sys.argv = [FILENAME]
    sys.path.insert(0, "")
    return module, kept


def _reporter(answer: Answer) -> Callable[..., None]:
    def report(objective: Any = None, variables: Any = None) -> None:
        """Tell the caller the optimum found and the values of the decisions."""
        answer.report = {
            "objective": plain(objective, "objective"),
            "variables": plain(variables, "variables"),
        }

    return report


@contextlib.contextmanager
def _told(record: Any) -> Iterator[None]:
    """Write the end of the block into the record: ok, an error with its own frames, or out of memory."""
    try:
        yield
    except SystemExit as stop:
        if stop.code not in (None, 0, False):
            record.end, record.detail = (
                "error",
                f"the program left with exit code {stop.code!r}"[:_LONGEST_DETAIL],
            )
    except MemoryError:
        record.end, record.detail = "memory", "MemoryError"
    except NotPlain as error:
        record.end, record.detail = "no_result", str(error)[:_LONGEST_DETAIL]
    except BaseException as error:
        record.end, record.detail = "error", _line(error)
        record.traceback = _own_frames(error)


def _line(error: BaseException) -> str:
    try:
        text = str(error)
    except BaseException as second:  # the program's own exception class may misbehave
        text = f"(its text can't be had: {type(second).__name__})"
    return " ".join(f"{type(error).__name__}: {text}".split())[:_LONGEST_DETAIL]


def _own_frames(error: BaseException) -> str:
    """The traceback with the frames of the program only, at most some thousand characters."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILENAME]
    lines = ["Traceback (most recent call last):\n"] if frames else []
    lines += traceback.format_list(frames[-20:])
    if isinstance(error, SyntaxError):
        lines += traceback.format_exception_only(error)
    else:
        lines.append(_line(error))
    return "".join(lines)[-_LONGEST_TRACEBACK:]


@dataclass(slots=True)
class _Result:
    name: str
    end: str = "ok"
    detail: str = ""
    traceback: str = ""
    value: Any = None
    returned: Any = None


def _call(module: types.ModuleType, call: dict[str, Any], before: list[_Result]) -> _Result:
    """Make one call of the contract: ``solve(data)`` or ``check(data, decisions)``."""
    name = call["name"]
    result = _Result(name)
    function = vars(module).get(name)
    if not callable(function):
        result.end, result.detail = "no_result", f"the program defines no function {name}"
        return result
    with _told(result):
        result.returned = function(*_arguments(call, before))
        result.value = plain(result.returned, name)
    return result


def _arguments(call: dict[str, Any], before: list[_Result]) -> list[Any]:
    if call["name"] == "solve":
        return [call["data"]]
    if call.get("solved_by") is None:
        return [call["data"], call["decisions"]]
    returned = before[call["solved_by"]].returned
    if not isinstance(returned, dict) or "decisions" not in returned:
        raise NotPlain(f"there are no decisions to check: call {call['solved_by']} returned none")
    return [call["data"], returned["decisions"]]


def _shown(result: _Result) -> dict[str, Any]:
    names = ("name", "end", "detail", "traceback", "value")
    return {name: getattr(result, name) for name in names}


def _use_descriptors() -> None:
    """Fresh text streams on the job's own descriptors, and a scratch for temporary files."""
    import tempfile

    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
    sys.stdout = _stream(1)
    sys.stderr = _stream(2)
    os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = str(Path.cwd())
    linecache.clearcache()


def _stream(number: int) -> io.TextIOWrapper:
    raw = io.FileIO(number, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", write_through=True
    )


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the program may have closed or replaced it
            stream.flush()


def _write(text: bytes) -> None:
    view = memoryview(text)
    while view:
        view = view[os.write(RESULT, view) :]
