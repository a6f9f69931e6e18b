"""Does the formulation say what the text says? Sources, numbers, and literals without a source.

- `source-not-in-text`: a quote is no verbatim part of the text.
- `number-not-in-source`: a parameter's or bound's number stands neither in its quotes nor, if it has
  none, in the text.
- `implied-number`: a number with `source: implied` that is no conversion and that nobody explains.
- `number-unused`: a number of the text that no entry holds, quotes or explains.
- `clause-unused`: a sentence that sets a limit or a duty, and that no entry quotes.
- `literal-in-constraint`: a number inside a constraint that nobody could change or trace.
- `source-missing`, `text-missing`: what could not be checked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quintet.formulation.clauses import demands
from quintet.formulation.literals import free_literals, literals
from quintet.formulation.numbers import NumberInText, agrees, numbers_in
from quintet.formulation.quotes import IMPLIED, Numbers, Span, Told
from quintet.formulation.schema import Document, Entry, ParameterEntry, SetEntry, VariableEntry
from quintet.problem import Finding, Severity

CONVERSIONS = Numbers(numbers_in("7 12 24 60 100 1000"))
SMALL_COUNTS = (2, 3)
SHOWN = 5
FINDING_LIMIT = 50
AROUND = 25
LIST_MARK_END = (".", ")", ":")


def cover(formulation: Document) -> list[Finding]:
    """Hold a formulation against its text.

    Args:
        formulation: A formulation whose expressions can be read.

    Returns:
        Findings; none if every quote is in the text, every number is in its quote, and every number
        of the text is used.

    Raises:
        ExpressionError: An expression can't be read.
    """
    findings = list(_literal_findings(formulation))
    if not (formulation.text or "").strip():
        if any(entry.sources for _, entry in _entries(formulation)):
            findings.append(_no_text())
        return findings
    coverage = _Coverage(formulation, Told(formulation.text or ""))
    return [*coverage.findings(), *findings]


def _no_text() -> Finding:
    said = "there is no text to hold the sources against; add text: with the problem as told"
    return Finding("text-missing", Severity.INFO, "text", said)


def _entries(document: Document) -> Iterator[tuple[str, Entry]]:
    """All entries that may quote, with their places."""
    for section in ("tables", "sets", "parameters", "variables", "expressions", "constraints"):
        for name, entry in getattr(document, section).items():
            yield f"{section}.{name}", entry
    several = isinstance(document.objective, list)
    for number, entry in enumerate(document.objectives, 1):
        yield (f"objective[{number}]" if several else "objective"), entry
    for number, entry in enumerate(document.assumptions, 1):
        yield f"assumptions[{number}]", entry


def _literal_findings(document: Document) -> Iterator[Finding]:
    for name, entry in document.constraints.items():
        place = f"constraints.{name}.expression"
        values = dict.fromkeys(free_literals(entry.expression, place))
        if values:
            said = f"{_shown(values)} inside a constraint; make a parameter of it, with its source"
            counts = all(value in SMALL_COUNTS for value in values)
            severity = Severity.INFO if counts else Severity.WARNING
            yield Finding("literal-in-constraint", severity, place, said)


def _shown(values: Iterable[float]) -> str:
    texts = [f"{value:g}" if abs(value) < 1e15 else f"{value:.3e}" for value in values]
    return ", ".join(texts[:SHOWN]) + (f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else "")


@dataclass(frozen=True)
class _Coverage:
    """The checks that need the text."""

    document: Document
    told: Told

    def findings(self) -> Iterator[Finding]:
        quoting: list[Span] = []
        quoted: list[Span] = []
        for place, entry in _entries(self.document):
            spans, lost = self._locate(entry)
            yield from (self._not_in_text(place, quote) for quote in lost)
            quoted.extend(spans)
            numbers = list(_own_numbers(entry))
            if not numbers:
                quoting.extend(spans)
            yield from self._missing(place, entry, numbers, spans)
        yield from self._unused(quoting)
        yield from self._unquoted(quoted)

    def _unquoted(self, quoted: list[Span]) -> Iterator[Finding]:
        """Sentences that demand something and of which no entry quotes a word."""
        for sentence in demands(self.told.text):
            if not any(span.start < sentence.end and sentence.start < span.end for span in quoted):
                words = " ".join(self.told.text[sentence.start : sentence.end].split())
                said = f"'{words[:80]}' demands something that no entry quotes; is a constraint missing?"
                place = f"text, line {self.told.line(sentence.start)}"
                yield Finding("clause-unused", Severity.WARNING, place, said)

    def _locate(self, entry: Entry) -> tuple[list[Span], list[str]]:
        """Where the quotes of an entry stand, and the quotes that stand nowhere."""
        found = {quote: self.told.find(quote) for quote in entry.sources if quote != IMPLIED}
        spans = [span for stretches in found.values() for span in stretches]
        return spans, [quote for quote, stretches in found.items() if not stretches]

    def _not_in_text(self, place: str, quote: str) -> Finding:
        shown = quote if len(quote) <= 80 else f"{quote[:80]}…"
        said = f"{shown!r} is not in the text; quote it word for word, with … for what is left out"
        return Finding("source-not-in-text", Severity.WARNING, f"{place}.source", said)

    def _missing(
        self, place: str, entry: Entry, numbers: list[float], spans: list[Span]
    ) -> Iterator[Finding]:
        quotes = [quote for quote in entry.sources if quote != IMPLIED]
        known = Numbers(self.told.within(spans) if quotes else self.told.numbers)
        absent = list(dict.fromkeys(value for value in numbers if value not in known))
        if 1 in absent and quotes and self.told.says_one(spans):
            absent.remove(1)
        if IMPLIED in entry.sources:
            yield from _implied(place, entry, absent)
        elif absent:
            where = "its source" if quotes else "the text"
            said = f"{_shown(absent)} not in {where}; quote the words that give it, or say source: implied"
            yield Finding("number-not-in-source", Severity.WARNING, place, said)
        elif numbers and not quotes and isinstance(entry, ParameterEntry):
            said = f"{_shown(dict.fromkeys(numbers))} has no source; quote the words that give it"
            yield Finding("source-missing", Severity.INFO, place, said)

    def _unused(self, quoting: list[Span]) -> Iterator[Finding]:
        held = {f"{abs(value):.9g}" for value in _all_numbers(self.document)}
        explained = Numbers(
            number for assumption in self.document.assumptions for number in numbers_in(assumption.text)
        )
        quoted = set(self.told.within(quoting))
        open_numbers = [
            number
            for number in self.told.numbers
            if number not in quoted and not self._is_aside(number) and not _is_held(number, held, explained)
        ]
        yield from (self._unused_finding(number) for number in open_numbers[:FINDING_LIMIT])
        if len(open_numbers) > FINDING_LIMIT:
            said = f"{len(open_numbers) - FINDING_LIMIT} more numbers of the text are not used"
            yield Finding("number-unused", Severity.WARNING, "text", said)

    def _is_aside(self, number: NumberInText) -> bool:
        """The word `one` (`one of the lines`), or the mark of a list's item (`2.`, `(3)`)."""
        if number.text.lower() == "one":
            return True
        start = self.told.text.rfind("\n", 0, number.start) + 1
        before = self.told.text[start : number.start].strip()
        after = self.told.text[number.end : number.end + 2]
        mark = after[:1] in LIST_MARK_END and (len(after) < 2 or after[1].isspace())
        return mark and before in ("", "(") and number.text.isdigit() and number.value < 100

    def _unused_finding(self, number: NumberInText) -> Finding:
        text = self.told.text
        words = " ".join(text[max(0, number.start - AROUND) : number.end + AROUND].split())
        said = (
            f"{number.text!r} in '… {words} …' is not used; make it a parameter, or explain it in assumptions"
        )
        place = f"text, line {self.told.line(number.start)}"
        return Finding("number-unused", Severity.WARNING, place, said)


def _implied(place: str, entry: Entry, absent: list[float]) -> Iterator[Finding]:
    """Conversions need no word; other implied numbers need a note."""
    odd = [value for value in absent if value not in CONVERSIONS and not agrees(value, math.pi)]
    if odd and not entry.note:
        said = f"{_shown(odd)} is implied and no usual conversion; say in note: where it comes from"
        yield Finding("implied-number", Severity.WARNING, place, said)


def _is_held(number: NumberInText, held: set[str], explained: Numbers) -> bool:
    readings = [abs(reading) for reading in number.readings]
    if any(f"{reading:.9g}" in held for reading in readings) or any(r in explained for r in readings):
        return True
    rounded = (round(r, places) for r in readings if round(r, 6) != r for places in range(2, 7))
    return any(f"{value:.9g}" in held for value in rounded)


def _own_numbers(entry: Entry) -> Iterator[float]:
    """The numbers that an entry states and that need a source; zeros mean that something is not there."""
    if isinstance(entry, ParameterEntry) and entry.within is None:
        numbers = [value for value in _leaves(entry.values) if value != 0]
        yield from () if set(numbers) <= {1} and len(numbers) > 1 else numbers
    elif isinstance(entry, VariableEntry):
        bounds = (value for bound in (entry.lower, entry.upper) for value in _leaves(bound))
        yield from (value for value in bounds if value not in (0, 1) and abs(value) < 1e20)


def _leaves(values: Any) -> Iterator[float]:
    """The numbers in nested maps and lists."""
    if isinstance(values, Mapping):
        values = list(values.values())
    if isinstance(values, list):
        for value in values:
            yield from _leaves(value)
    elif isinstance(values, int | float):
        yield values


def _all_numbers(document: Document) -> Iterator[float]:
    """Every number that the formulation holds in any form: values, bounds, sizes of sets, literals."""
    for parameter in document.parameters.values():
        yield from _leaves([parameter.values, parameter.default])
    for name, entry in document.sets.items():
        yield from _set_numbers(entry, f"sets.{name}")
    for variable in document.variables.values():
        yield from _leaves([variable.lower, variable.upper])
    for constraint in document.constraints.values():
        soft = constraint.soft
        yield from _leaves([soft.penalty, soft.limit]) if soft else ()
    for text, place in _expressions(document):
        yield from literals(text, place)


def _set_numbers(entry: SetEntry, place: str) -> Iterator[float]:
    members = entry.values or []
    if members:
        yield len(members)
    for member in members:
        yield from _leaves(list(member) if isinstance(member, tuple) else member)
    ends = [end for part in (entry.range or "").split("..") if part.strip() for end in literals(part, place)]
    yield from ends
    if len(ends) == 2:
        yield ends[1] - ends[0] + 1


def _expressions(document: Document) -> Iterator[tuple[str, str]]:
    """The expressions of a document, with their places; those of sets are not arithmetic."""
    for name, parameter in document.parameters.items():
        yield parameter.expression or "", f"parameters.{name}.expression"
    for name, variable in document.variables.items():
        for bound in ("lower", "upper"):
            value = getattr(variable, bound)
            yield value if isinstance(value, str) else "", f"variables.{name}.{bound}"
    for section in ("expressions", "constraints"):
        for name, entry in getattr(document, section).items():
            yield entry.expression, f"{section}.{name}.expression"
    for objective in document.objectives:
        yield objective.expression or "", "objective.expression"
