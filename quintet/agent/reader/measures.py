"""Quantities in a clause: the number, its unit, what it measures, and its direction (at least, at most)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from quintet.agent.reader.lexicon import CONTAINERS, MEASURES, PERIODS, TIME_UNITS
from quintet.agent.reader.mentions import Mention
from quintet.agent.reader.sentences import Clause, is_verb
from quintet.agent.reader.words import FUNCTION_WORDS, Token, verb_base

AT_LEAST = (
    r"at least|no less than|not less than|no fewer than|not fewer than|minimum|greater than or equal to"
)
AT_MOST = (
    r"at most|at the most|no more than|not more than|maximum|up to|no greater than|less than or equal to|"
    r"not over|as many as|limited to|limit of|limit is|limits? \w+ to|capped at|only up to|upper limit of|"
    r"no larger than|a cap of"
)
MORE = r"more than|greater than|over|exceed|exceeds|exceeding|larger than|above|higher than"
LESS = r"less than|fewer than|under|below|smaller than|lower than"
NEGATIONS = r"not|cannot|can't|never|nor|don't|doesn't|won't|mustn't|shouldn't"
FILLERS = {
    "a",
    "an",
    "of",
    "total",
    "about",
    "around",
    "approximately",
    "another",
    "the",
    "be",
    "overall",
    "is",
}
DIRECTION = re.compile(
    rf"(?:^| )(?:(?P<ge>{AT_LEAST})|(?P<le>{AT_MOST})|(?P<gt>{MORE})|(?P<lt>{LESS})|(?P<eq>exactly))$"
)
AFTER = re.compile(
    r"^(?:(?P<ge>or more|or greater|at least|at minimum|minimum|at a minimum)"
    r"|(?P<le>or less|or fewer|at most|maximum|at maximum|at a maximum|at the most|or under))(?: |$)"
)
SENSES = {"ge": ">=", "le": "<=", "gt": ">", "lt": "<", "eq": "=="}
FLIPPED = {">": "<=", "<": ">="}
PHRASE_STOPS = {
    "per",
    "each",
    "every",
    "daily",
    "weekly",
    "while",
    "whereas",
    "and",
    "or",
    "but",
    "if",
    "which",
    "that",
}
IGNORED = {"available", "time", "worth", "total"}
UNIT_WORDS = MEASURES | PERIODS | CONTAINERS | set(TIME_UNITS) | {"time"}


@dataclass(frozen=True)
class Measure:
    """One number of a clause.

    `unit` is the lemma of the unit (or counted noun), `noun` the stems of what is measured, `stop` the token
    after its phrase, `sense` one of `>= <= > < ==` or empty, `target` the mention the number counts directly.
    """

    token: Token
    at: int
    stop: int
    unit: str
    noun: tuple[str, ...]
    sense: str = ""
    target: Mention | None = None
    label: tuple[str, ...] = ()

    @property
    def value(self) -> float:
        """The number."""
        return self.token.value

    @property
    def flavor(self) -> str:
        """Plain, money, percent, fraction or multiple."""
        return self.token.flavor


def measures_of(clause: Clause, mentions: list[Mention]) -> list[Measure]:
    """The measures of a clause; numbers inside the names of activities are no measures."""
    tokens = clause.tokens
    inside = {at for mention in mentions for at in range(mention.start, mention.stop)}
    found: list[Measure] = []
    for at, token in enumerate(tokens):
        if token.is_number and at not in inside:
            found.append(_measure(tokens, at, mentions, found))
    return found


def _measure(tokens: tuple[Token, ...], at: int, mentions: list[Mention], before: list[Measure]) -> Measure:
    unit, after = _unit(tokens, at)
    target = _target(tokens, at, after, mentions)
    stop, noun = _noun(tokens, after, mentions, unit in TIME_UNITS or unit in PERIODS)
    if (
        not unit
        and not target
        and tokens[at].flavor == "plain"
        and stop > after
        and tokens[after].kind == "word"
    ):
        unit = _head_of(tokens, after, stop)
    sense = _sense(tokens, at, max(stop, after), before)
    label = tuple(token.low for token in tokens[after:stop] if _is_content(token))
    return Measure(tokens[at], at, max(stop, after, at + 1), unit, noun, sense, target, label)


def _is_content(token: Token) -> bool:
    single = len(token.text) == 1 and token.text.isupper()
    return (
        token.kind == "word" and (single or token.low not in FUNCTION_WORDS | IGNORED) and token.low.isascii()
    )


def _head_of(tokens: tuple[Token, ...], start: int, stop: int) -> str:
    head = ""
    for token in tokens[start:stop]:
        if token.low in FUNCTION_WORDS or not token.is_noun:
            break
        head = token.lemma
    return head


def _unit(tokens: tuple[Token, ...], at: int) -> tuple[str, int]:
    if tokens[at].flavor == "money":
        return "money", at + 1
    after = at + 1
    while after < len(tokens) and tokens[after].low in ("more", "total", "different", "collective", "extra"):
        after += 1
    if after < len(tokens) and tokens[after].low in ("sq", "square", "cubic", "atomic"):
        skip = 2 if after + 1 < len(tokens) and tokens[after + 1].text == "." else 1
        skip = skip if after + skip < len(tokens) else skip - 1
        return f"square {tokens[after + skip].lemma}".replace("square unit", "au"), after + skip + 1
    for place in range(after + 1, min(after + 3, len(tokens))):
        if tokens[place].lemma in TIME_UNITS and all(
            token.is_noun and token.lemma not in UNIT_WORDS for token in tokens[after:place]
        ):
            return tokens[place].lemma, after
    if after < len(tokens) and tokens[after].lemma.endswith(tuple(f"-{unit}" for unit in TIME_UNITS)):
        return tokens[after].lemma.rsplit("-", 1)[1], after
    if after < len(tokens) and tokens[after].lemma in UNIT_WORDS and tokens[after].kind == "word":
        unit = tokens[after].lemma
        return unit, _skip_bracket(tokens, after + 1)
    return "", after


def unit_at(tokens: tuple[Token, ...], at: int) -> str:
    """The unit that starts at a position (`square feet` is `square foot`)."""
    if tokens[at].low in ("sq", "square") and at + 1 < len(tokens):
        return f"square {tokens[at + 1].lemma}"
    return tokens[at].lemma


def _skip_bracket(tokens: tuple[Token, ...], at: int) -> int:
    if at + 2 < len(tokens) and tokens[at].text == "(" and tokens[at + 2].text == ")":
        return at + 3
    return at


def _target(tokens: tuple[Token, ...], at: int, after: int, mentions: list[Mention]) -> Mention | None:
    skip = after
    while skip < len(tokens) and tokens[skip].low in ("of", "the", "more", "additional", "in", "total"):
        skip += 1
    if "in" in [token.low for token in tokens[after:skip]] and tokens[at].flavor != "money":
        return None
    return next((m for m in mentions if m.start in (at + 1, after, skip)), None)


def _noun(
    tokens: tuple[Token, ...], at: int, mentions: list[Mention], timed: bool
) -> tuple[int, tuple[str, ...]]:
    starts = {mention.start for mention in mentions}
    stop, stems = at, []
    while stop < len(tokens) and not _phrase_ends(tokens, stop, starts):
        token = tokens[stop]
        if token.low == "to" and not timed and stop + 1 < len(tokens) and verb_base(tokens[stop + 1].low):
            break
        labelled = stop > at and len(token.text) == 1 and token.text.isupper() and tokens[stop - 1].is_noun
        if labelled:
            stems.append(f"{token.low}#")
        elif (
            token.kind == "word"
            and token.low not in FUNCTION_WORDS | IGNORED
            and token.lemma not in {*PERIODS, *TIME_UNITS}
        ):
            stems.append(
                token.stem.split("-")[0] if token.lemma.endswith(("-hour", "-minute")) else token.stem
            )
        stop += 1
    return stop, tuple(dict.fromkeys(stems))


def _phrase_ends(tokens: tuple[Token, ...], at: int, starts: set[int]) -> bool:
    token = tokens[at]
    if at in starts or token.is_number or token.text in (",", ";", ":", "(", "\u2014", "$"):
        return True
    if token.low in PHRASE_STOPS:
        return True
    return is_verb(tokens, at) and not (at and tokens[at - 1].low == "to")


def _sense(tokens: tuple[Token, ...], at: int, stop: int, before: list[Measure]) -> str:
    previous = max((m.at for m in before), default=-1)
    own = _sense_before(tokens, at, previous) or _sense_after(tokens, at, stop)
    if own:
        return own
    return _inherited(tokens, at, before)


def _sense_before(tokens: tuple[Token, ...], at: int, previous: int) -> str:
    start = max(previous + 1, 0)
    words = [token.low for token in tokens[start:at]]
    while (
        words and words[-1] in FILLERS and words[-2:] not in (["limit", "of"], ["cap", "of"], ["limit", "is"])
    ):
        words.pop()
    match = DIRECTION.search(" ".join(words[-6:]))
    if not match:
        return _limited(words)
    sense = SENSES[match.lastgroup or "eq"]
    negated = any(re.fullmatch(NEGATIONS, word) for word in words[-9:])
    return FLIPPED[sense] if sense in FLIPPED and negated else sense


def _limited(words: list[str]) -> str:
    """`limits the number of flyers … to 8`."""
    verbs = {"limit", "limits", "limited", "limiting", "restricts", "restricted", "restrict", "caps"}
    return "<=" if words and words[-1] == "to" and verbs & set(words) else ""


def _sense_after(tokens: tuple[Token, ...], at: int, stop: int) -> str:
    for start in (at + 1, at + 2, stop):
        match = AFTER.match(" ".join(token.low for token in tokens[start : start + 3]))
        if match and not any(token.is_number for token in tokens[start : start + 4]):
            return SENSES[match.lastgroup or "ge"]
    return ""


def _inherited(tokens: tuple[Token, ...], at: int, before: list[Measure]) -> str:
    if not before or not before[-1].sense:
        return ""
    between = tokens[before[-1].at + 1 : at]
    linked = any(token.low in ("and", "or", ",", "to") for token in between)
    plain = not any(is_verb(between, place) for place in range(len(between)))
    same = before[-1].flavor == tokens[at].flavor and tokens[at].flavor in ("plain", "money", "percent")
    summed = any(token.low == "total" for token in between)
    return before[-1].sense if linked and plain and same and not summed else ""
