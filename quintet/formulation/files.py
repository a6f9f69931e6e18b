"""Document files: reading with limits, writing in one step."""

from __future__ import annotations

import codecs
import os
import secrets
from pathlib import Path

from quintet.errors import DocumentError
from quintet.formulation.yaml_reader import BULK, SIZE_LIMIT


def read_text(path: Path) -> str:
    """The text of a document file.

    Raises:
        DocumentError: Missing, not a file, too large, binary, or not UTF-8.
    """
    try:
        if not path.is_file():
            said = "is a folder, not a file" if path.is_dir() else "there is no such file"
            raise DocumentError(said, place=str(path), remedy="correct the path")
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise DocumentError(f"can't be read: {error}", place=str(path), remedy="correct the path") from None
    if len(content) > SIZE_LIMIT:
        raise DocumentError(f"the file is larger than {SIZE_LIMIT:,} bytes", place=path.name, remedy=BULK)
    return decode(content, path.name)


def decode(content: bytes, place: str) -> str:
    """The text that UTF-8 bytes stand for, a byte order mark at the start left out.

    Raises:
        DocumentError: Binary, or not UTF-8.
    """
    remedy = "save it as UTF-8 text"
    if b"\0" in content:
        raise DocumentError("is binary or UTF-16, not UTF-8 text", place=place, remedy=remedy)
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        said = f"is not UTF-8 text (byte 0x{content[error.start]:02x} in line {line})"
        raise DocumentError(said, place=place, remedy=remedy) from None


def require_folder(path: Path) -> None:
    """Refuse a file that can't be written for want of a folder; asked before the work is done.

    Raises:
        DocumentError: The folder is not there.
    """
    if not path.resolve().parent.is_dir():
        raise DocumentError("there is no such folder", place=str(path.parent), remedy="make it first")


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step, so that nobody ever sees half of it.

    Raises:
        DocumentError: It can't be written there.
    """
    try:
        _replace(path, text)
    except (OSError, ValueError) as error:
        raise DocumentError(
            f"can't be written: {error}", place=str(path), remedy="correct the path"
        ) from None


def _replace(path: Path, text: str) -> None:
    if path.is_dir():
        raise IsADirectoryError("it is a folder")
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise OSError("it is a device, a pipe or a socket")
    part = target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}.part")
    try:
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode & 0o777)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
