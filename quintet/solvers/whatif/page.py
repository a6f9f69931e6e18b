"""A plot as one HTML file: the drawing and the numbers behind it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from quintet.errors import DocumentError

ROWS = 10_000

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 2rem auto;
  max-width: 72rem; padding: 0 1rem; }
figure { margin: 0; }
svg { max-width: 100%; height: auto; }
.rows { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap; }
th { position: sticky; top: 0; background: #fff; }
th:last-child, td:last-child { text-align: left; }
"""


@dataclass(frozen=True)
class Table:
    """Heads and cells, as text."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def page(title: str, svg: str, notes: Sequence[str], table: Table | None) -> str:
    """The page; everything but the drawing is escaped, and nothing is loaded from elsewhere.

    Args:
        title: Its title.
        svg: The drawing, as matplotlib writes it.
        notes: Lines under the drawing.
        table: The numbers.
    """
    drawing = svg[svg.index("<svg") :]
    told = "".join(f"<p>{escape(note)}</p>\n" for note in notes)
    head = escape(title or "Plot")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{head}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{head}</h1>\n"
        f"<figure>\n{drawing}\n</figure>\n{told}{_rows(table)}</body>\n</html>\n"
    )


def _rows(table: Table | None) -> str:
    if table is None:
        return ""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    shown = table.rows[:ROWS]
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in shown)
    more = f"<p>… and {len(table.rows) - ROWS:,} more rows.</p>\n" if len(table.rows) > ROWS else ""
    table_ = f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>"
    return f'<div class="rows"><table>\n{table_}</table></div>\n{more}'


def write(path: Path, content: bytes) -> None:
    """Write a file in one step, so that nobody ever sees half of it.

    Raises:
        DocumentError: It can't be written there.
    """
    target = path.resolve()
    part = target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}.part")
    try:
        if target.exists() and not target.is_file():
            raise OSError("it is no plain file")
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except (OSError, ValueError) as error:
        raise DocumentError(
            f"can't be written: {error}", place=str(path), remedy="correct the path"
        ) from None
    finally:
        part.unlink(missing_ok=True)
