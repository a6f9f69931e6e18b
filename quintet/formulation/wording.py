"""Numbers, places, clauses, lists and counts as a person writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from quintet.formulation.quotes import IMPLIED
from quintet.formulation.tolerances import INTEGRALITY, clean

QUOTE = 90
"""Most characters of a clause that is quoted."""
SHORT = frozenset(("bag", "bin", "box", "can", "car", "cup", "day", "job", "keg", "lot", "ton", "van"))
"""Units of three letters that are nouns; all others are taken for symbols."""

MOST = 8
"""Names told in one list, where there may be many."""

Key: TypeAlias = Sequence[int | str]

_PLAIN = re.compile(r"[^\s,'\"\[\]()=*:](?:[^,'\"\[\]()=*:]*[^\s,'\"\[\]()=*:])?")
"""Elements that need no quotes between brackets."""

# numbers


def number(value: float, digits: int = 6) -> str:
    """A value: whole numbers without a point, others to so many digits.

    Args:
        value: The value; what is infinite is no limit.
        digits: Digits of a value that is not whole; what rounding left is taken off to the same digits.
    """
    value = clean(value, min(INTEGRALITY, 10.0**-digits))
    if value - value != 0:
        return "no limit" if value == value else "no number"
    if value.is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.{digits}g}" if abs(value) < 10.0**digits else f"{value:,.2f}"


def signed(value: float, digits: int = 6) -> str:
    """A value with its sign; 0 has none."""
    return _with_sign(value, number(abs(value), digits))


def brief(value: float) -> str:
    """A value in a sentence, to about four digits."""
    value = clean(value)
    size = abs(value)
    if value.is_integer() or size >= 1000:
        return f"{round(value):,}"
    return f"{value:.4g}" if size < 100 else f"{value:,.1f}"


def briefly(value: float) -> str:
    """As `brief`, with its sign; 0 has none."""
    return _with_sign(value, brief(abs(value)))


def percent(share: float) -> str:
    """A share of 1 to three digits: `0.0063` is `0.63 %`."""
    return f"{_hundredths(abs(share))} %" if share >= 0 else f"-{_hundredths(-share)} %"


def signed_percent(share: float) -> str:
    """As `percent`, with its sign; 0 has none."""
    return f"{_with_sign(share, _hundredths(abs(share)))} %"


def _hundredths(share: float) -> str:
    return f"{100 * share:.3g}" if share < 10 else f"{100 * share:,.0f}"


def _with_sign(value: float, size: str) -> str:
    return size if size == "0" else f"{'-' if value < 0 else '+'}{size}"


# units


def amount(value: float, unit: str = "") -> str:
    """`1,926.05 EUR`."""
    return f"{number(value)} {unit}".rstrip()


def with_unit(value: str, unit: str) -> str:
    """`4,020 EUR`, `12 instruments`, `1 instrument`."""
    return f"{value} {unit if value.lstrip('+-') == '1' else plural(unit)}".strip()


def headed(name: str, unit: str) -> str:
    """A heading: `cost (EUR)`."""
    return f"{name} ({unit})" if unit else name


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


# places


def subscript(element: int | str) -> str:
    """An element between brackets as a command line takes it: in double quotes where it must be."""
    text = str(element)
    return text if _PLAIN.fullmatch(text) else '"' + text.replace('"', '""') + '"'


def subscripts(key: Key) -> str:
    """`[A, 3]`, or nothing for a scalar."""
    return f"[{', '.join(map(subscript, key))}]" if key else ""


def place_of(name: str, key: Key) -> str:
    """`room[A, 3]`."""
    return f"{name}{subscripts(key)}"


def element_of(key: Key) -> str:
    """A key inside a sentence or a list: `A/3`."""
    return "/".join(map(str, key))


# lists and counts


def entry(name: str, value: str) -> str:
    """`ukulele 12`, and `4: 90` where the name ends in a digit."""
    return f"{name}: {value}" if name[-1:].isdigit() else f"{name} {value}"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 limit`, `3 limits`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(parts: Iterable[str], most: int | None = None) -> str:
    """`a, b and c`; more than `most` are counted."""
    parts = list(parts)
    if most is not None and len(parts) > most:
        parts = [*parts[: most - 1], f"{len(parts) - most + 1:,} more"]
    *first, last = parts or [""]
    return f"{', '.join(first)} and {last}" if first else last


def more(count: int, noun: str = "") -> str:
    """The line that says what was not printed: `… and 3 limits more (--json has them all)`."""
    rest = f"{counted(count, noun)} more" if noun else f"{count:,} more"
    return f"… and {rest} (--json has them all)"


# texts


def sentence(text: str) -> str:
    """With a capital and a full stop, if it is anything."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def quoted(text: str, most: int = QUOTE) -> str:
    """A clause in quotation marks, cut where it is long."""
    text = " ".join(text.split())
    return f"“{text if len(text) <= most else text[: most - 1].rstrip() + '…'}”"


def cited(sources: Sequence[str], most: int = QUOTE, clauses: int = 1) -> str:
    """` — “the first clause”`, or nothing where no text says it.

    Args:
        sources: Clauses, as a document gives them.
        most: Characters of a clause that are shown.
        clauses: Most clauses that are shown.
    """
    told = [quoted(source, most) for source in sources if source != IMPLIED]
    return f" — {', '.join(told[:clauses])}" if told else ""
