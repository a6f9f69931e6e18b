"""Numbers in words and digits: `twelve`, `one hundred thousand`, `$1.5 million`, `a third`, `twice`."""

from __future__ import annotations

from dataclasses import replace

from quintet.agent.reader.words import Token

ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4,
    "fourths": 4, "fifth": 5, "fifths": 5, "sixth": 6, "eighth": 8, "tenth": 10, "tenths": 10,
}  # fmt: skip
CURRENCY = {"$", "€", "£", "¥"}
MONEY_WORDS = {"dollar", "euro", "usd", "eur", "buck"}
AFTER_MULTIPLE = {
    "as", "more", "the", "that", "of", "greater", "larger", "fewer", "less", "higher", "bigger", "their",
}  # fmt: skip
AFTER_PART = {"of", "the", "as", "that", "their", "its", "his", "her", "all"}
DOZEN = 12
LONGEST_RUN = 24


def number_words(words: list[str]) -> float | None:
    """Read a number written in words, or `None`.

    Args:
        words: Lower-case words without hyphens, e.g. `["two", "hundred", "and", "five"]`.
    """
    total, current, seen = 0, 0, False
    for position, word in enumerate(words):
        if word in ONES:
            if seen and (current % 10 or (10 <= current % 100 < 20)):
                return None
            current, seen = current + ONES[word], True
        elif word in TENS:
            if current % 100:
                return None
            current, seen = current + TENS[word], True
        elif word == "hundred":
            current, seen = max(current, 1) * 100, True
        elif word in SCALES:
            total, current, seen = total + max(current, 1) * SCALES[word], 0, True
        elif word == "and" and seen and 0 < position < len(words) - 1:
            continue
        else:
            return None
    return float(total + current) if seen else None


def merge_numbers(tokens: list[Token]) -> list[Token]:
    """Fold number words, scales, currency and percent signs into single number tokens."""
    merged = _fold_words(tokens)
    merged = _fold_scales(merged)
    merged = _fold_money(merged)
    return _fold_flavors(merged)


def _joined(first: Token, last: Token, value: float, flavor: str = "plain") -> Token:
    text = first.text if first is last else f"{first.text} {last.text}"
    return replace(
        first, text=text, low=text.lower(), lemma="#", stem="#", end=last.end, kind="number",
        value=value, flavor=flavor,
    )  # fmt: skip


def _parts_of(token: Token) -> list[str]:
    return token.low.split("-")


def _is_number_word(token: Token) -> bool:
    return token.kind == "word" and all(p in ONES or p in TENS or p in SCALES for p in _parts_of(token))


def _fold_words(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        stop = _run_of_number_words(tokens, at)
        value = None
        while stop > at and value is None:
            words = [part for token in tokens[at:stop] for part in _parts_of(token)]
            value = number_words(words)
            stop = stop if value is not None else stop - 1
        if value is None:
            out.append(tokens[at])
            at += 1
        else:
            out.append(_joined(tokens[at], tokens[stop - 1], value))
            at = stop
    return out


def _run_of_number_words(tokens: list[Token], at: int) -> int:
    stop = at
    while stop < len(tokens) and stop - at < LONGEST_RUN:
        token = tokens[stop]
        linked = token.low == "and" and stop > at and _has_scale(tokens[at:stop])
        if not _is_number_word(token) and not linked:
            break
        stop += 1
    while stop > at and tokens[stop - 1].low == "and":
        stop -= 1
    return stop


def _has_scale(tokens: list[Token]) -> bool:
    return any(part in SCALES for part in _parts_of(tokens[-1]))


def _fold_scales(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    for token in tokens:
        before = out[-1] if out else None
        if token.low == "dozen":
            out = _fold_dozen(out, token)
        elif before and before.is_number and token.low in SCALES and before.end <= token.start:
            out[-1] = _joined(before, token, before.value * SCALES[token.low])
        elif before and before.is_number and token.is_number and token.low in SCALES:
            out[-1] = _joined(before, token, before.value * token.value)
        else:
            out.append(token)
    return out


def _fold_dozen(out: list[Token], token: Token) -> list[Token]:
    before = out[-1] if out else None
    if before and before.is_number:
        return [*out[:-1], _joined(before, token, before.value * DOZEN)]
    if before and before.low in ("a", "half"):
        count = DOZEN if before.low == "a" else DOZEN / 2
        rest = out[:-1]
        if before.low == "a" and rest and rest[-1].low == "half":
            before, rest, count = rest[-1], rest[:-1], DOZEN / 2
        return [*rest, _joined(before, token, count)]
    return [*out, token]


def _fold_money(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    for token in tokens:
        before = out[-1] if out else None
        if before and before.text in CURRENCY and token.is_number:
            out[-1] = _joined(before, token, token.value, "money")
        elif before and before.is_number and _is_money_mark(token, before):
            out[-1] = _joined(before, token, before.value, "money")
        elif before and before.is_number and token.low in ("%", "percent", "percentage"):
            out[-1] = _joined(before, token, before.value / 100, "percent")
        elif before and before.is_number and token.low in ("cent", "cents") and before.flavor == "plain":
            out[-1] = _joined(before, token, before.value / 100, "money")
        else:
            out.append(token)
    return out


def _is_money_mark(token: Token, before: Token) -> bool:
    if token.lemma in MONEY_WORDS:
        return before.flavor in ("plain", "money")
    return token.text in CURRENCY and before.flavor == "plain"


def _fold_flavors(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        before = out[-1] if out else None
        folded = _multiple(token, before, after) or _part(token, before, after)
        if folded is None:
            out.append(token)
        elif folded[1]:
            out[-1] = folded[0]
        else:
            out.append(folded[0])
    return out


def _multiple(token: Token, before: Token | None, after: Token | None) -> tuple[Token, bool] | None:
    follows = after is not None and after.low in AFTER_MULTIPLE
    if token.low == "times" and before and before.is_number and before.flavor in ("plain", "fraction"):
        return (_joined(before, token, before.value, "multiple"), True) if follows else None
    words = {"twice": 2, "thrice": 3}
    if token.low in words:
        return _joined(token, token, words[token.low], "multiple" if follows else "plain"), False
    if token.low in ("double", "triple") and after and after.low in ("the", "that", "as"):
        return _joined(token, token, 2 if token.low == "double" else 3, "multiple"), False
    return None


def _part(token: Token, before: Token | None, after: Token | None) -> tuple[Token, bool] | None:
    follows = after is not None and after.low in AFTER_PART
    if token.low.count("-") == 1 and token.kind == "word":
        above, below = token.low.split("-")
        if above in ONES and below in PARTS:
            return _joined(token, token, ONES[above] / PARTS[below], "fraction"), False
    if token.is_number and "/" in token.text and token.flavor == "plain":
        return _joined(token, token, token.value, "fraction"), False
    if token.low not in PARTS or not follows:
        return None
    if before and before.is_number and before.flavor == "plain":
        return _joined(before, token, before.value / PARTS[token.low], "fraction"), True
    if before and before.low == "a":
        return _joined(before, token, 1 / PARTS[token.low], "fraction"), True
    return (_joined(token, token, 0.5, "fraction"), False) if token.low == "half" else None
