"""The text of an LP or MPS file, plain or compressed, with a limit on its size."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from quintet.errors import DocumentError

SIZE_LIMIT = 200_000_000
"""Most bytes of text, unpacked."""


def text_of(path: Path, limit: int = SIZE_LIMIT) -> str:
    """The text of a file; one that ends in `.gz` is unpacked.

    Args:
        path: The file.
        limit: Most bytes, unpacked.

    Raises:
        DocumentError: Missing, not a file, too large, damaged, binary, or no text.
    """
    content = _bytes_of(path, limit)
    if len(content) > limit:
        raise DocumentError(
            f"the file holds more than {limit:,} bytes", place=path.name, remedy="split the model"
        )
    if b"\0" in content:
        raise DocumentError("is binary, not text", place=path.name, remedy="write it as an LP or MPS file")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        said = f"byte 0x{content[error.start]:02x} is not UTF-8"
        raise DocumentError(said, place=f"{path.name}, line {line}", remedy="save it as UTF-8") from None


def _bytes_of(path: Path, limit: int) -> bytes:
    try:
        if not path.is_file():
            said = "is a folder, not a file" if path.is_dir() else "there is no such file"
            raise DocumentError(said, place=str(path), remedy="correct the path")
        if path.suffix.lower() != ".gz":
            with path.open("rb") as file:
                return file.read(limit + 1)
        with gzip.open(path, "rb") as packed:
            return packed.read(limit + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DocumentError(
            f"can't be unpacked: {error}", place=str(path), remedy="pack it again with gzip"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise DocumentError(f"can't be read: {error}", place=str(path), remedy="correct the path") from None
