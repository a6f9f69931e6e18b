"""Where the text speaks of the activities: full names, short forms and the group as a whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from quintet.agent.reader.activities import Activity
from quintet.agent.reader.lexicon import ADJECTIVE_KEYS, CONTAINERS, MEASURES, PERIODS
from quintet.agent.reader.sentences import Clause, is_noun_word
from quintet.agent.reader.words import FUNCTION_WORDS, Token, verb_base

COMPANIONS = {
    "one", "version", "type", "size", "model", "kind", "option", "unit", "method", "variety", "batch",
    "form", "trip",
    "edition", "industry", "sector", "brand", "product", "machine", "plant", "location", "experiment",
    "ad", "shop",
}  # fmt: skip
UNWRITTEN = re.compile(r"[^\w-]")
UNIVERSAL = {"item", "unit", "product", "thing", "good", "type", "kind", "total", "method", "option"}
TYPE_WORDS = {"type", "kind", "sort", "variety", "size", "form", "method", "model", "mode", "style", "brand"}


@dataclass(frozen=True)
class Mention:
    """Tokens `start` to `stop` of a clause that name one activity (or several: `A and B`).

    `full` is false for a short form that lacks the noun its full name ends with; `vague` is true for that
    noun alone (`medication` for `anxiety medication`), which may mean more than the one activity.
    """

    start: int
    stop: int
    activities: tuple[int, ...]
    full: bool = True
    joined_by: str = ""
    vague: bool = False

    @property
    def several(self) -> bool:
        """Whether more than one activity is named."""
        return len(self.activities) > 1

    @property
    def first(self) -> int:
        """The activity named, or the first of them."""
        return self.activities[0]


@dataclass(frozen=True)
class Pattern:
    """A sequence of lemmas that names an activity."""

    activity: int
    full: bool
    single: bool


class Names:
    """The names of one candidate set of activities, ready to be found in clauses."""

    def __init__(self, activities: tuple[Activity, ...], tokens: list[Token]) -> None:
        self._keys = [_lemma(token) for token in tokens]
        self.activities = activities
        self.names = self._completed()
        counts: dict[str, int] = {}
        for name in self.names:
            for lemma in set(name):
                counts[lemma] = counts.get(lemma, 0) + 1
        self.common = {lemma for lemma, count in counts.items() if count > 1}
        heads = {name[-1] for name in self.names}
        self.head = heads.pop() if len(heads) == 1 else ""
        self._modifiers = self._only_modifiers(tokens)
        self.patterns = self._patterns()
        self.group = self._group_nouns(tokens)

    @property
    def spelled(self) -> list[str]:
        """The names as the text spells them, hyphens for spaces."""
        shown = []
        for activity, name in zip(self.activities, self.names, strict=True):
            words = activity.name.lower().split()
            if len(name) > len(activity.lemmas):
                words.append(self.activities[-1].name.lower().split()[-1])
            shown.append("-".join(filter(None, (UNWRITTEN.sub("", word) for word in words))))
        return shown if len(set(shown)) == len(shown) else ["-".join(name) for name in self.names]

    @property
    def recurring(self) -> int:
        """How many of the names occur in full more than once."""
        return sum(self._count(name) > 1 for name in self.names)

    def __str__(self) -> str:
        return ", ".join(" ".join(name) for name in self.names)

    def _completed(self) -> list[tuple[str, ...]]:
        raw = [activity.lemmas for activity in self.activities]
        head = raw[-1][-1]
        done = []
        for name in raw:
            longer = (*name, head)
            done.append(longer if name[-1] != head and self._occurs(longer) else name)
        return done

    def _occurs(self, lemmas: tuple[str, ...]) -> bool:
        return self._count(lemmas) > 0

    def _count(self, lemmas: tuple[str, ...]) -> int:
        size = len(lemmas)
        keys = self._keys
        return sum(tuple(keys[at : at + size]) == lemmas for at in range(len(keys) - size + 1))

    def _only_modifiers(self, tokens: list[Token]) -> set[str]:
        """The first words of names that always stand before another noun, so that they name by themselves."""
        first = {name[0] for name in self.names if len(name) > 1}
        alone = set()
        for at, token in enumerate(tokens):
            if token.lemma in first and not (at + 1 < len(tokens) and is_noun_word(tokens, at + 1)):
                alone.add(token.lemma)
        return first - alone

    def _patterns(self) -> dict[tuple[str, ...], Pattern]:
        found: dict[tuple[str, ...], list[Pattern]] = {}
        for number, name in enumerate(self.names):
            for lemmas, full in self._forms(name):
                pattern = Pattern(number, full, len(lemmas) == 1)
                found.setdefault(lemmas, []).append(pattern)
        taken = {name: number for number, name in enumerate(self.names)}
        clear = {}
        for lemmas, patterns in found.items():
            owners = {pattern.activity for pattern in patterns}
            if lemmas in taken:
                clear[lemmas] = Pattern(taken[lemmas], True, len(lemmas) == 1)
            elif len(owners) == 1:
                clear[lemmas] = Pattern(patterns[0].activity, any(p.full for p in patterns), len(lemmas) == 1)
        return clear

    def _forms(self, name: tuple[str, ...]) -> list[tuple[tuple[str, ...], bool]]:
        own = tuple(lemma for lemma in name if lemma not in self.common)
        forms = [(name, True)]
        if len(own) != len(name) and own and _can_stand(own):
            forms += [(own, False), ((*own, self.head), True)] if self.head else [(own, False)]
        if len(name) > 1 and name[-1] not in self.common and _can_stand(name[-1:]):
            forms.append((name[-1:], True))
        if len(own) > 1 and _can_stand(own[:1]) and own[0] not in MEASURES and own[0] in self._modifiers:
            forms.append((own[:1], False))
        return [(form, full) for form, full in forms if all(form)]

    def _group_nouns(self, tokens: list[Token]) -> set[str]:
        group = {self.head} if self.head else set()
        for at, token in enumerate(tokens):
            if (
                token.lemma in TYPE_WORDS
                and at + 2 < len(tokens)
                and tokens[at + 1].low == "of"
                or token.low == "of"
                and at + 1 < len(tokens)
                and tokens[at + 1].low == "each"
                and at >= 2
            ):
                group |= self._noun_run(tokens, at + 2)
            elif token.low == "whom" and at >= 3 and tokens[at - 1].low == "of":
                group |= {tokens[at - 3 if tokens[at - 2].text == "," else at - 2].lemma}
        group |= self._before_first_list(tokens)
        own = {lemma for name in self.names for lemma in name if lemma not in self.common}
        return {noun for noun in group if noun not in own and noun not in ("", "of")}

    def _noun_run(self, tokens: list[Token], at: int) -> set[str]:
        last = ""
        while at < len(tokens) and is_noun_word(tokens, at):
            last = tokens[at].lemma
            at += 1
        return {last} - TYPE_WORDS if last else set()

    def _before_first_list(self, tokens: list[Token]) -> set[str]:
        first = self._first_place()
        at = first - 1
        while at >= 0 and (
            tokens[at].text in (":", ",", "(") or tokens[at].low in ("a", "an", "the", "either", "by")
        ):
            at -= 1
        marked = any(token.text in (":", ",", "(") for token in tokens[at + 1 : first])
        if at < 0 or not marked or not tokens[at].is_noun:
            return set()
        return {tokens[at].lemma}

    def _first_place(self) -> int:
        size = len(self.activities[0].lemmas)
        for at in range(len(self._keys) - size + 1):
            if tuple(self._keys[at : at + size]) == self.activities[0].lemmas:
                return at
        return 0

    def mentions(self, clause: Clause) -> list[Mention]:
        """The mentions in a clause, coordinated ones (`A and B`) joined into one."""
        return _join(clause.tokens, self._single_mentions(clause.tokens))

    def _single_mentions(self, tokens: tuple[Token, ...]) -> list[Mention]:
        found: list[Mention] = []
        at = 0
        longest = max(len(lemmas) for lemmas in self.patterns)
        while at < len(tokens):
            mention = self._mention_at(tokens, at, longest)
            if mention:
                found.append(mention)
            at = mention.stop if mention else at + 1
        return found

    def _mention_at(self, tokens: tuple[Token, ...], at: int, longest: int) -> Mention | None:
        for size in range(min(longest, len(tokens) - at), 0, -1):
            lemmas = tuple(_lemma(token) for token in tokens[at : at + size])
            pattern = self.patterns.get(lemmas)
            if pattern and self._fits(tokens, at, size, pattern):
                return self._extended(tokens, at, at + size, pattern)
        return None

    def _fits(self, tokens: tuple[Token, ...], at: int, size: int, pattern: Pattern) -> bool:
        name = self.names[pattern.activity]
        if size < len(name) and tokens[at].lemma == name[-1] and at and _modifies(tokens, at, name):
            return False
        if size == len(name) and at and self._is_longer_name(tokens, at, name):
            return False
        if size == len(name):
            return not (size == 1 and self._is_modifier(tokens, at))
        after = tokens[at + size] if at + size < len(tokens) else None
        if after is None or not is_noun_word(tokens, at + size):
            return not (at and tokens[at].lemma in ADJECTIVE_KEYS and verb_base(tokens[at - 1].low) == "be")
        return after.lemma in self.group | self.common | COMPANIONS | set(name)

    def _is_longer_name(self, tokens: tuple[Token, ...], at: int, name: tuple[str, ...]) -> bool:
        """Whether the text keeps calling it more than the name (`anxiety medication` for `medication`)."""
        return _modifies(tokens, at, name) and self._count((tokens[at - 1].lemma, *name)) > 1

    def _is_modifier(self, tokens: tuple[Token, ...], at: int) -> bool:
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if after is None or not is_noun_word(tokens, at + 1):
            return False
        allowed = self.group | self.common | COMPANIONS | CONTAINERS | MEASURES | PERIODS
        return tokens[at].lemma in ADJECTIVE_KEYS and after.lemma not in allowed

    def _extended(self, tokens: tuple[Token, ...], start: int, stop: int, pattern: Pattern) -> Mention:
        name = set(self.names[pattern.activity])
        full = pattern.full
        while stop < len(tokens) and (is_noun_word(tokens, stop) or tokens[stop].low in ("one", "ones")):
            if tokens[stop].lemma in self.group | {self.head} - {""}:
                full = True
            elif tokens[stop].lemma not in name | COMPANIONS:
                break
            stop += 1
        vague = (
            pattern.single
            and len(self.names[pattern.activity]) > 1
            and stop == start + 1
            and (tokens[start].lemma == self.names[pattern.activity][-1])
        )
        return Mention(start, stop, (pattern.activity,), full, "", vague)

    def is_group(self, lemma: str) -> bool:
        """Whether the noun stands for all activities together."""
        return lemma in self.group or lemma in UNIVERSAL


def _modifies(tokens: tuple[Token, ...], at: int, name: tuple[str, ...]) -> bool:
    """Whether the word before makes another thing of a short form (`computer engineers` for `engineers`)."""
    before = tokens[at - 1]
    return before.is_noun and is_noun_word(tokens, at - 1) and before.lemma not in name


def _lemma(token: Token) -> str:
    return token.text.lower() if token.is_number else token.lemma


def _can_stand(lemmas: tuple[str, ...]) -> bool:
    return all(len(lemma) > 1 and not lemma.isdigit() and lemma not in FUNCTION_WORDS for lemma in lemmas)


def _join(tokens: tuple[Token, ...], mentions: list[Mention]) -> list[Mention]:
    joined: list[Mention] = []
    for mention in mentions:
        before = joined[-1] if joined else None
        link = [token.low for token in tokens[before.stop : mention.start]] if before else []
        if before and _is_link(link) and mention.activities[0] not in before.activities:
            how = "or" if "or" in link else "and" if "and" in link or "&" in link else before.joined_by or ","
            joined[-1] = Mention(
                before.start, mention.stop, (*before.activities, *mention.activities), before.full, how
            )
        else:
            joined.append(mention)
    return [mention if mention.joined_by != "," else mention for mention in joined]


def _is_link(words: list[str]) -> bool:
    if not words or len(words) > 5:
        return False
    allowed = {
        ",",
        "and",
        "or",
        "&",
        "a",
        "an",
        "the",
        "each",
        "one",
        "of",
        "by",
        "using",
        "also",
        "as",
        "well",
        '"',
    }
    counted = CONTAINERS | MEASURES
    return bool({",", "and", "or", "&"} & set(words)) and all(
        word in allowed or word.rstrip("s") in counted for word in words
    )
