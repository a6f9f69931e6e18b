"""Sentences and clauses of a problem text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from quintet.agent.reader.lexicon import (
    ADJECTIVE_KEYS,
    DATA_WORDS,
    DETERMINERS,
    NOUN_VERBS,
    PREPOSITIONS,
    PRONOUNS,
)
from quintet.agent.reader.words import AUXILIARIES, QUESTION, Token, verb_base

ENDS = {".", "?", "!"}
STRONG = {"while", "whereas", "but", "because", "since", "if", "although", "though", "unless", "so"}
WEAK = {",", "and", "or", "then", "\u2014", "-"}
CLAUSE_SUBJECTS = PRONOUNS | {"there", "it", "each", "both", "all"}
ORDERS = {"determine", "find", "calculate", "formulate", "help", "decide"}
MODALS = {"can", "could", "must", "should", "will", "would", "may", "might", "cannot", "can't"}
PARTICIPLES = {
    "made", "sold", "built", "grown", "used", "taken", "given", "bought", "held", "sent", "eaten", "spent",
    "paid",
    "kept", "shot", "sewn", "caught", "seen", "known", "chosen", "brought", "flown", "shipped", "planned",
}  # fmt: skip
PARAGRAPH = re.compile(r"\n\s*(?:\n|[-*\u2022]\s|\(?\d{1,2}[.)]\s)")


@dataclass(frozen=True)
class Clause:
    """Consecutive tokens of one sentence with one finite verb; `lead` is the word that opened it."""

    tokens: tuple[Token, ...]
    lead: str
    sentence: int

    @property
    def words(self) -> list[str]:
        """The tokens in lower case."""
        return [token.low for token in self.tokens]


@dataclass(frozen=True)
class Sentence:
    """One sentence with its place in the text."""

    number: int
    tokens: tuple[Token, ...]
    text: str


def split_sentences(tokens: list[Token], text: str) -> list[Sentence]:
    """Cut the tokens into sentences, at stops followed by a capital and at paragraph ends."""
    groups: list[list[Token]] = [[]]
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.text not in ENDS:
            groups[-1].append(token)
        if after is None or _ends(token, after, text):
            groups.append([])
    kept = [group for group in groups if group]
    return [
        Sentence(number, tuple(group), text[group[0].start : _stop(group[-1].end, text)])
        for number, group in enumerate(kept)
    ]


def _stop(end: int, text: str) -> int:
    return end + 1 if text[end : end + 1] in ENDS else end


def _ends(token: Token, after: Token, text: str) -> bool:
    gap = text[token.end : after.start]
    if PARAGRAPH.search(gap + text[after.start : after.start + 3]) and "\n" in gap:
        return True
    if token.text in ("?", "!"):
        return True
    if token.text != ".":
        return False
    first = after.text[0]
    return bool(gap) and (first.isupper() or first.isdigit() or first in "\"'“$(")


def is_verb(tokens: tuple[Token, ...] | list[Token], at: int) -> bool:
    """Whether the token looks like a finite verb (or an auxiliary) at that place."""
    token = tokens[at]
    if token.low in AUXILIARIES and token.low not in ("need", "needs"):
        return True
    if at and tokens[at - 1].low in MODALS and token.is_noun:
        return True
    if token.kind != "word" or not verb_base(token.low) or token.low.endswith("ing"):
        return False
    if token.low in PARTICIPLES or token.low.endswith("ed"):
        return False
    if verb_base(token.low) in NOUN_VERBS and not _is_verb_use(tokens, at):
        return False
    return not _is_noun_use(tokens, at)


def _is_verb_use(tokens: tuple[Token, ...] | list[Token], at: int) -> bool:
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if before is not None and (before.low in AUXILIARIES or before.low in PRONOUNS):
        return True
    if after is None or after.text == "A":  # the label of `process A`, no article
        return False
    return after.is_number or after.low in DETERMINERS or after.low in ("at", "up")


def _is_noun_use(tokens: tuple[Token, ...] | list[Token], at: int) -> bool:
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if before is not None:
        if before.low in DETERMINERS - {"that", "each", "both", "all"}:
            return True
        if before.is_number and not (at >= 2 and tokens[at - 2].is_noun and token_ends_in_s(tokens[at])):
            return True
        if before.low in PREPOSITIONS - {"to"} or before.low in ADJECTIVE_KEYS or before.low == "to":
            return True
    if after is None:
        return False
    return after.low in AUXILIARIES or (after.low == "of") or _plain_verb(after)


def token_ends_in_s(token: Token) -> bool:
    """Whether the word ends as a third person does (`bowl 1 requires`)."""
    return token.low.endswith("s")


def _plain_verb(token: Token) -> bool:
    return token.low.endswith("s") and verb_base(token.low) not in ("", token.low)


def has_verb(tokens: list[Token] | tuple[Token, ...]) -> bool:
    """Whether a finite verb stands among the tokens."""
    return any(is_verb(tokens, at) for at in range(len(tokens)))


def has_subject_and_verb(tokens: list[Token]) -> bool:
    """Whether the tokens open a clause of their own: a noun or pronoun, then a finite verb."""
    subject = False
    for at, token in enumerate(tokens):
        if subject and is_verb(tokens, at):
            return True
        if token.low in CLAUSE_SUBJECTS or (token.is_noun and not is_verb(tokens, at)):
            subject = True
        if token.low in ("that", "which", "who") and at == 0:
            return False
    return False


def split_clauses(sentence: Sentence) -> list[Clause]:
    """Cut a sentence where a new finite clause begins."""
    pieces = _pieces(list(sentence.tokens))
    merged: list[tuple[str, list[Token]]] = []
    for lead, piece in pieces:
        if merged and (_unfinished(merged[-1][1], piece) or not _opens(lead, piece)):
            merged[-1][1].extend(piece)
        else:
            merged.append((_lead_word(lead), list(piece)))
    return [Clause(tuple(body), lead, sentence.number) for lead, body in merged if body]


def _unfinished(tokens: list[Token], piece: list[Token]) -> bool:
    """`To make a chair`, `every week, 100 gallons of lacquer`: the verb is still to come."""
    first = next(
        (token.low for token in tokens if token.kind == "word" and token.low not in STRONG | WEAK), ""
    )
    opens = first in ("to", "for", "per", "every", "each") or any(token.is_number for token in tokens)
    joined = bool(piece) and piece[0].low in ("and", "or")  # `stools and benches must be …`: one subject
    return (opens or joined or not _has_own_subject(piece)) and not has_verb(tokens)


def _has_own_subject(piece: list[Token]) -> bool:
    bare = [token for token in piece if token.low not in STRONG | WEAK and token.text not in (",", ";", ":")]
    return has_subject_and_verb(bare)


def _lead_word(lead: list[str]) -> str:
    return next((word for word in lead if word in STRONG), "")


def _opens(lead: list[str], piece: list[Token]) -> bool:
    bare = [token for token in piece if token.low not in STRONG and token.text not in (",", ";", ":")]
    bare = bare[1:] if bare and bare[0].low in ("and", "or", "then") else bare
    if bare and bare[0].low in QUESTION | ORDERS:
        return True
    if _lead_word(lead) or ";" in lead:
        return has_verb(bare)
    return has_subject_and_verb(bare)


def _pieces(tokens: list[Token]) -> list[tuple[list[str], list[Token]]]:
    pieces: list[tuple[list[str], list[Token]]] = [([], [])]
    for at, token in enumerate(tokens):
        cut = token.low in STRONG or token.text in (";", ":") or token.low in WEAK
        if cut and token.low == "so" and at + 1 < len(tokens) and tokens[at + 1].low in ("as", "that"):
            cut = False
        if cut and at and _inside_amount(tokens, at):
            cut = False
        if cut and pieces[-1][1] and not _only_marks(pieces[-1][1]):
            pieces.append(([], []))
        if cut:
            pieces[-1][0].append(token.low)
        pieces[-1][1].append(token)
    return pieces


def _inside_amount(tokens: list[Token], at: int) -> bool:
    """`at least 5 but at most 10`, `greater than or equal to`."""
    after = tokens[at + 1].low if at + 1 < len(tokens) else ""
    joins = tokens[at].low in ("but", "and", "or")
    amount = tokens[at].low in ("and", ",") and at + 1 < len(tokens) and tokens[at + 1].is_number
    bare = tokens[at - 1].is_number and after not in ("each", "every", "the", "a", "an")
    return amount or (joins and (bare or (tokens[at - 1].low == "than" and after == "equal")))


def _only_marks(tokens: list[Token]) -> bool:
    return all(token.text in (",", ";", ":") or token.low in STRONG | {"and", "or"} for token in tokens)


def is_noun_word(tokens: list[Token] | tuple[Token, ...], at: int) -> bool:
    """Whether the token can stand in a noun phrase at that place."""
    token = tokens[at]
    return token.is_noun and token.low not in DATA_WORDS and not is_verb(tokens, at)
