"""A clause as the patterns see it: its mentions, its measures, and where its verb stands."""

from __future__ import annotations

from dataclasses import dataclass

from quintet.agent.reader.lexicon import NEED_WORDS, SUPPLY_VERBS
from quintet.agent.reader.measures import Measure, measures_of
from quintet.agent.reader.mentions import Mention, Names
from quintet.agent.reader.sentences import Clause, is_verb
from quintet.agent.reader.words import FUNCTION_WORDS, Token, verb_base
from quintet.errors import ReaderDeclined

SUPPLY_WORDS = {
    "available", "budget", "capacity", "access", "hand", "supply", "stock", "only", "limit", "limited",
    "inventory",
    "open", "capital", "afford", "accommodate",
}  # fmt: skip
INVESTING = {"invest", "invests", "investing", "put", "allocate", "manage", "distribute"}
REMEDY = "reword it, or write the formulation yourself"


def refusal(reason: str, clause: str = "") -> ReaderDeclined:
    """The error of the reader, with the clause and the remedy."""
    return ReaderDeclined(reason, clause=clause, remedy=REMEDY)


@dataclass(frozen=True)
class View:
    """One clause with what was found in it."""

    clause: Clause
    mentions: list[Mention]
    measures: list[Measure]
    names: Names
    text: str

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens of the clause."""
        return self.clause.tokens

    @property
    def words(self) -> list[str]:
        """The tokens in lower case."""
        return self.clause.words

    @property
    def quote(self) -> str:
        """The clause, verbatim."""
        marks = (",", ";", ":", "-")
        start = next((token for token in self.tokens if token.text not in marks), self.tokens[0])
        return self.text[start.start : self.tokens[-1].end]

    def decline(self, reason: str) -> ReaderDeclined:
        """The error for something in this clause that can't be placed."""
        return refusal(f"{reason}: {self.quote!r}", self.quote)

    def verb_before(self, at: int) -> str:
        """The base form of the last known verb before a position."""
        for place in range(at - 1, -1, -1):
            base = verb_base(self.tokens[place].low)
            if base and (is_verb(self.tokens, place) or self.tokens[place].low.endswith(("ing", "ed"))):
                return base
        return ""

    def first_verb(self) -> int:
        """The position of the first finite verb, or the length of the clause."""
        places = (at for at in range(len(self.tokens)) if is_verb(self.tokens, at))
        return next(places, len(self.tokens))

    def content(self, start: int, stop: int) -> tuple[str, ...]:
        """The stems of the content words from `start` to `stop`, names of activities left out."""
        inside = {at for mention in self.mentions for at in range(mention.start, mention.stop)}
        places = [at for at in range(max(start, 0), min(stop, len(self.tokens))) if at not in inside]
        words = [self.tokens[at] for at in places if self.tokens[at].kind == "word"]
        return tuple(dict.fromkeys(token.stem for token in words if token.low not in FUNCTION_WORDS))

    def mention_before(self, at: int) -> Mention | None:
        """The last mention that ends at or before a position."""
        return next((m for m in reversed(self.mentions) if m.stop <= at), None)

    def mentions_after(self, at: int) -> list[Mention]:
        """The mentions that start after a position."""
        return [mention for mention in self.mentions if mention.start > at]

    @property
    def supplies(self) -> bool:
        """Whether the clause says that something is there to be used."""
        return any(self.marks(at) == "<=" for at in range(len(self.tokens)))

    @property
    def needs(self) -> bool:
        """Whether the clause says that something has to be reached."""
        return any(self.marks(at) == ">=" for at in range(len(self.tokens)))

    def marks(self, at: int) -> str:
        """What a word makes of a bare number: `<=` if it supplies, `>=` if it needs, else empty."""
        word = self.words[at]
        after = self.words[at + 1] if at + 1 < len(self.words) else ""
        if word in ("has", "have") and after == "to":
            return ">="
        if word in NEED_WORDS:
            return ">="
        if word in INVESTING and len({m.activities for m in self.mentions if len(m.activities) == 1}) == 0:
            return "<="
        if word in SUPPLY_WORDS or (word == "spend" and "can" in self.words[:at]):
            return "<="
        if word == "there" and after in ("are", "is"):
            return "<="
        infinitive = at > 0 and self.words[at - 1] == "to"
        supplies = verb_base(word) in SUPPLY_VERBS and not word.endswith("ing") and not infinitive
        return "<=" if supplies else ""

    def carried(self, earlier: View | None) -> int | None:
        """The activity of the clause before, where this one goes on about it (`… but uses 3 kWh`)."""
        if earlier is None or self.mentions or any(measure.sense for measure in self.measures):
            return None
        words = [word for word in self.words[:4] if word not in (",", "and", "but", "while")]
        goes_on = self.clause.lead == "but" or bool({"it", "they"} & set(words[:1]))
        owners = {mention.activities for mention in earlier.mentions}
        if not goes_on or len(owners) != 1 or self.needs or any(m.sense for m in earlier.measures):
            return None
        owner = owners.pop()
        return owner[0] if len(owner) == 1 else None


def view_of(clause: Clause, names: Names, text: str) -> View:
    """Find the mentions and measures of a clause."""
    mentions = [m for m in names.mentions(clause) if not _is_measured_noun(clause, m)]
    mentions = sorted([*mentions, *_everything(clause, names, mentions)], key=lambda m: m.start)
    return View(clause, mentions, measures_of(clause, mentions), names, text)


def _everything(clause: Clause, names: Names, mentions: list[Mention]) -> list[Mention]:
    """`each cake`, `both require`: all activities, one by one."""
    taken = {at for mention in mentions for at in range(mention.start, mention.stop)}
    found = []
    for at, token in enumerate(clause.tokens[:-1]):
        after = clause.tokens[at + 1]
        noun = (
            token.low in ("each", "both", "every", "per")
            and after.lemma in names.group
            and at + 1 not in taken
        )
        verb = token.low == "both" and verb_base(after.low) in (
            "require",
            "take",
            "need",
            "use",
            "cost",
            "contain",
        )
        if noun and not (at + 2 < len(clause.tokens) and clause.tokens[at + 2].is_noun and at + 2 in taken):
            found.append(Mention(at, at + 2, tuple(range(len(names.names))), True, "each"))
        elif verb:
            found.append(Mention(at, at + 1, tuple(range(len(names.names))), True, "each"))
    return found if not mentions else []


def _is_measured_noun(clause: Clause, mention: Mention) -> bool:
    """A short form after `2 units of` is what is measured (`2 units of peanut butter`), no activity."""
    tokens = clause.tokens
    at = mention.start
    of_unit = (
        at >= 2 and tokens[at - 1].low == "of" and tokens[at - 2].lemma in ("unit", "g", "kg", "ml", "ounce")
    )
    return not mention.full and of_unit and len(mention.activities) == 1
