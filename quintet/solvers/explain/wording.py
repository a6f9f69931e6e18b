"""Numbers, lists and counts as a person writes them."""

from __future__ import annotations

from collections.abc import Sequence

from quintet.formulation.tolerances import clean

QUOTE = 70
"""Most characters of a quoted clause."""

SHORT = frozenset(("bag", "bin", "box", "can", "car", "cup", "day", "job", "keg", "lot", "ton", "van"))
"""Units of three letters that are nouns; all others are taken for symbols."""


def number(value: float, digits: int = 6) -> str:
    """A value for a person: whole numbers without a point, others to some digits."""
    value = clean(value)
    if value.is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.{digits}g}" if abs(value) < 1e6 else f"{value:,.2f}"


def signed(value: float, digits: int = 6) -> str:
    """A value with its sign; 0 has none."""
    written = number(abs(value), digits)
    return written if written == "0" else f"{'-' if value < 0 else '+'}{written}"


def brief(value: float) -> str:
    """A value in a sentence, to about four digits."""
    value = clean(value)
    size = abs(value)
    if value.is_integer() or size >= 1000:
        return f"{round(value):,}"
    return f"{value:.4g}" if size < 100 else f"{value:,.1f}"


def briefly(value: float) -> str:
    """As `brief`, with its sign; 0 has none."""
    written = brief(abs(value))
    return written if written == "0" else f"{'-' if value < 0 else '+'}{written}"


def with_unit(value: str, unit: str) -> str:
    """`4,020 EUR`, `12 instruments`, `1 instrument`."""
    return f"{value} {unit if value.lstrip('+-') == '1' else plural(unit)}".strip()


def plural(unit: str) -> str:
    """The plural of a unit that is an English noun; symbols and words made of several stay."""
    noun = unit.isalpha() and unit.islower() and (len(unit) > 3 or unit in SHORT)
    if not noun or unit.endswith(("s", "ren", "people")):
        return unit
    if unit.endswith(("x", "ch", "sh")):
        return f"{unit}es"
    if unit.endswith("y") and unit[-2] not in "aeiou":
        return f"{unit[:-1]}ies"
    return f"{unit}s"


def entry(name: str, value: str) -> str:
    """`ukulele 12`, and `4: 90` where the name ends in a digit."""
    return f"{name}: {value}" if name[-1:].isdigit() else f"{name} {value}"


def many(count: int, noun: str, nouns: str = "") -> str:
    """`1 limit`, `3 limits`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def listed(parts: Sequence[str], word: str = "and") -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def quoted(text: str, most: int = QUOTE) -> str:
    """A clause in quotation marks, cut where it is long."""
    text = " ".join(text.split())
    return f"“{text if len(text) <= most else text[: most - 1].rstrip() + '…'}”"
