"""A formulation as a LaTeX article. Every formula is one that KaTeX and MathJax read as well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from quintet.formulation.data_tables import DataTable
from quintet.formulation.model import Model
from quintet.formulation.schema import Document
from quintet.formulation.symbols import prose, symbol
from quintet.formulation.textbook import Line, Textbook, textbook

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\fi
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,amssymb,textcomp}
\providecommand{\lt}{<}
\providecommand{\gt}{>}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
"""


def latex(source: Document | Model) -> str:
    """Set a formulation out as a LaTeX document.

    Texts of the document are escaped: none can become a command.

    Args:
        source: A formulation, or a bound model, whose small data are then shown.

    Raises:
        ExpressionError: An expression of the document can't be read.
    """
    book = textbook(source)
    body = "\n\n".join(_blocks(book))
    return f"{PREAMBLE}\n\\begin{{document}}\n\n{body}\n\n\\end{{document}}\n"


def _blocks(book: Textbook) -> Iterator[str]:
    yield rf"\section*{{{prose(book.title)}}}"
    yield from (prose(paragraph) for paragraph in re.split(r"\n\s*\n", book.text) if paragraph)
    yield from _section("Sets", book.sets)
    yield from _section("Parameters", book.parameters)
    yield from (_data(table) for table in book.tables)
    yield from _section("Decision variables", book.variables)
    if book.expressions:
        yield "Named expressions:"
        yield _items(book.expressions)
    yield r"\subsection*{Objective}"
    yield from (_equation(line) for line in book.objectives)
    yield r"\subsection*{Constraints}"
    yield from (_equation(line) for line in book.constraints)
    if book.assumptions:
        yield r"\subsection*{Assumptions}"
        lines = "\n".join(rf"\item {{}}{prose(assumption)}" for assumption in book.assumptions)
        yield f"\\begin{{itemize}}\n{lines}\n\\end{{itemize}}"


def _section(title: str, lines: Sequence[Line]) -> Iterator[str]:
    yield rf"\subsection*{{{title}}}"
    yield _items(lines) if lines else "None."


def _items(lines: Sequence[Line]) -> str:
    items = "\n".join(rf"\item {_item(line)}" for line in lines)
    return f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"


def _item(line: Line) -> str:
    each = rf" \qquad \forall \thinspace {line.each}" if line.each else ""
    return f"${line.formula}{each}${_words(line)}{_footnote(line)}"


def _equation(line: Line) -> str:
    name = rf"\textbf{{{prose(line.name)}}}" if line.name else ""
    head = f"{name}{_words(line)}{_footnote(line)}".removeprefix(r"\quad ")
    shown = f"\\[\n{line.display}\n\\]"
    return f"{head}\n{shown}" if head else shown


def _words(line: Line) -> str:
    unit = rf"\quad [{prose(line.unit)}]" if line.unit else ""
    words = "; ".join(prose(part) for part in (line.remark, line.note) if part)
    return f"{unit}{' (' + words + ')' if words else ''}"


def _footnote(line: Line) -> str:
    quotes = "; ".join(f"``{prose(quote)}''" for quote in line.sources)
    return rf"\footnote{{{quotes}}}" if quotes else ""


def _data(table: DataTable) -> str:
    unit = rf"\thinspace [{prose(table.unit)}]" if table.unit else ""
    heading = f"${symbol(table.name)}${unit}"
    if not table.columns:
        return _tabular(
            [heading, *map(prose, table.rows)], [["", *(prose(cells[0]) for cells in table.cells)]]
        )
    pairs = zip(table.rows, table.cells, strict=True)
    return _tabular(
        [heading, *map(prose, table.columns)],
        [["{}" + prose(key), *map(prose, cells)] for key, cells in pairs],
    )


def _tabular(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"{' & '.join(row)} \\\\" for row in (headings, *rows)]
    body = "\n".join([lines[0], r"\hline", *lines[1:]])
    return f"\\begin{{tabular}}{{l|{'r' * (len(headings) - 1)}}}\n{body}\n\\end{{tabular}}"
