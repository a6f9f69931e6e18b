"""What the reader takes from the clauses: rates, limits, bounds, totals, ratios, shares, the objective."""

from __future__ import annotations

from dataclasses import dataclass, field

from quintet.agent.reader.words import Token


@dataclass(frozen=True)
class Rate:
    """Data told per unit of one activity: `each chair takes 3 hours of painting`.

    `noun` are the stems right after the number, `context` those around it, `role` a money word's concept.
    """

    activity: int
    token: Token
    unit: str
    noun: tuple[str, ...]
    context: tuple[str, ...]
    role: str
    verb: str
    sentence: int
    label: tuple[str, ...]
    quote: str


@dataclass(frozen=True)
class Limit:
    """A number that limits or requires a resource: `150 hours of painting are available`."""

    token: Token
    sense: str
    unit: str
    noun: tuple[str, ...]
    context: tuple[str, ...]
    sentence: int
    quote: str
    distributes: bool = False
    owner: int | None = None


@dataclass(frozen=True)
class Bound:
    """A number that bounds one activity."""

    activity: int
    sense: str
    token: Token
    unit: str
    quote: str


@dataclass(frozen=True)
class Total:
    """A number that bounds the sum over some activities (all of them: the total)."""

    activities: tuple[int, ...]
    sense: str
    token: Token
    unit: str
    quote: str


@dataclass(frozen=True)
class Ratio:
    """`left sense factor * right + offset`, factor 1 without a token."""

    left: int
    sense: str
    token: Token | None
    right: int
    quote: str


@dataclass(frozen=True)
class Share:
    """`sum of activities sense fraction of the total`."""

    activities: tuple[int, ...]
    sense: str
    token: Token
    quote: str
    whole: tuple[str, ...]


@dataclass(frozen=True)
class Goal:
    """The objective: its sense and the words that name what is maximised or minimised.

    `head` are the stems of the thing itself, `counts` whether its number is asked (`the number of trips`),
    `only` the activities named in it.
    """

    sense: str
    stems: tuple[str, ...]
    head: tuple[str, ...]
    counts: bool
    words: tuple[str, ...]
    sentence: int
    text: str
    only: tuple[int, ...] = ()


@dataclass
class Facts:
    """All that was placed.

    `counts` are stems of nouns counted (`two types of ads`), `stages` numbers of resources (`two processes`),
    `packs` the packings each activity's data is told for, with the clause.
    """

    rates: list[Rate] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    assumptions: list[tuple[str, str]] = field(default_factory=list)
    counts: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    stages: list[tuple[float, str]] = field(default_factory=list)
    packs: dict[int, dict[str, str]] = field(default_factory=dict)
