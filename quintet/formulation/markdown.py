"""A formulation in Markdown as GitHub reads it: tables, footnotes, `$…$` and `$$` mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from quintet.formulation.data_tables import DataTable
from quintet.formulation.model import Model
from quintet.formulation.schema import Document
from quintet.formulation.symbols import one_line, symbol
from quintet.formulation.textbook import Line, Textbook, textbook

_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKS = re.compile(r"([\\`*_{}\[\]#|~$@^]|(?<=\bwww)\.|:(?=/)|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)])")
_CAREFUL = re.compile(r"\\[^A-Za-z]")


def markdown(source: Document | Model) -> str:
    """Set a formulation out in Markdown.

    Texts of the document are escaped: none can become markup, HTML or a formula.

    Args:
        source: A formulation, or a bound model, whose small data are then shown.

    Raises:
        ExpressionError: An expression of the document can't be read.
    """
    return _Page(textbook(source)).text()


def escaped(words: str) -> str:
    """Plain text on one line that Markdown shows as it is."""
    words = _MARKS.sub(r"\\\1", one_line(words))
    return "".join(_HTML.get(character, character) for character in words)


def inline(formula: str) -> str:
    """A formula in a line of text; between backticks as well where Markdown would read a part of it."""
    if not formula:
        return ""
    return f"$`{formula}`$" if _CAREFUL.search(formula) else f"${formula}$"


class _Page:
    def __init__(self, book: Textbook) -> None:
        self._book = book
        self._footnotes: list[str] = []

    def text(self) -> str:
        """The whole page."""
        return "\n\n".join([*self._blocks(), *self._notes()]) + "\n"

    def _blocks(self) -> Iterator[str]:
        book = self._book
        yield f"# {escaped(book.title)}"
        yield from (f"> {escaped(paragraph)}" for paragraph in re.split(r"\n\s*\n", book.text) if paragraph)
        yield from self._section("Sets", "Set", book.sets)
        yield from self._section("Parameters", "Parameter", book.parameters)
        yield from (block for table in book.tables for block in _data(table))
        yield from self._section("Decision variables", "Variable", book.variables)
        yield from self._section("", "Named expression", book.expressions)
        yield "## Objective"
        yield from (block for line in book.objectives for block in self._display(line))
        yield "## Constraints"
        yield from (block for line in book.constraints for block in self._display(line))
        if book.assumptions:
            yield "## Assumptions"
            yield "\n".join(f"- {escaped(assumption)}" for assumption in book.assumptions)

    def _section(self, title: str, heading: str, lines: Sequence[Line]) -> Iterator[str]:
        if title:
            yield f"## {title}"
        if lines:
            yield _grid(
                [heading, "for all", "unit", "remark", "source"],
                ([inline(x.formula), inline(x.each), escaped(x.unit), _remark(x), _quotes(x)] for x in lines),
            )
        elif title:
            yield "None."

    def _display(self, line: Line) -> Iterator[str]:
        unit = f"in {line.unit}" if line.unit else ""
        words = "; ".join(escaped(part) for part in (line.remark, unit, line.note) if part)
        name = f"**{escaped(line.name)}**" if line.name else ""
        head = f"{name} ({words})" if name and words else name or words
        if head or line.sources:
            yield f"{head}{self._footnote(line)}"
        yield f"$$\n{line.display}\n$$"

    def _footnote(self, line: Line) -> str:
        if not line.sources:
            return ""
        self._footnotes.append(_quotes(line))
        return f"[^{len(self._footnotes)}]"

    def _notes(self) -> Iterator[str]:
        if self._footnotes:
            yield "\n".join(f"[^{number}]: {quotes}" for number, quotes in enumerate(self._footnotes, 1))


def _remark(line: Line) -> str:
    return escaped("; ".join(part for part in (line.remark, line.note) if part))


def _quotes(line: Line) -> str:
    return "; ".join(f"“{escaped(quote)}”" for quote in line.sources)


def _grid(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table without the columns in which every cell is empty."""
    body = [list(row) for row in rows]
    kept = [c for c in range(len(headings)) if c == 0 or any(row[c] for row in body)]
    lines = [[headings[c] for c in kept], ["---"] * len(kept), *([row[c] for c in kept] for row in body)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _data(table: DataTable) -> Iterator[str]:
    unit = f" ({escaped(table.unit)})" if table.unit else ""
    heading = f"{inline(symbol(table.name))}{unit}"
    if table.columns:
        rows = (
            [escaped(key), *map(escaped, cells)] for key, cells in zip(table.rows, table.cells, strict=True)
        )
        yield _grid([heading, *map(escaped, table.columns)], rows)
    else:
        yield _grid(
            [heading, *map(escaped, table.rows)], [["", *(escaped(cells[0]) for cells in table.cells)]]
        )
