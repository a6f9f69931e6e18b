"""Prices, budgets, and what a role has used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from quintet.llm.chat import ChatReply, Usage
from quintet.settings import Price

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Prices:
    """What models cost, by patterns of their names such as `gpt-*`; the longest pattern that fits wins."""

    patterns: Mapping[str, Price] = field(default_factory=dict)

    def of(self, *names: str) -> Price | None:
        """The price of the first name that has one; None if nobody said."""
        for name in names:
            fitting = [pattern for pattern in self.patterns if fnmatchcase(name.lower(), pattern.lower())]
            if fitting:
                return self.patterns[max(fitting, key=len)]
        return None

    def cost(self, reply: ChatReply, *names: str) -> float | None:
        """Dollars that a reply cost now: 0 from a cache, None if the model's price is unknown."""
        if reply.cached:
            return 0.0
        price = self.of(reply.model, *names)
        if price is None:
            return None
        used = reply.usage
        return (used.input_tokens * price.input + used.output_tokens * price.output) / 1e6


@dataclass(frozen=True)
class Budget:
    """Limits of one run; None is no limit.

    Args:
        calls: Calls that are sent; replies from a cache don't count.
        tokens: Tokens in and out.
        money: Dollars.
        seconds: Wall time.
    """

    calls: int | None = None
    tokens: int | None = None
    money: float | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Tally:
    """What a role has used.

    Args:
        calls: Calls sent, failed ones too.
        cached: Replies that came from a cache.
        usage: Tokens of the calls sent.
        seconds: Time spent waiting for replies, added up over calls in flight at the same time.
        money: Dollars; None as soon as one call's price is unknown.
    """

    calls: int = 0
    cached: int = 0
    usage: Usage = Usage()
    seconds: float = 0.0
    money: float | None = 0.0

    def __add__(self, other: Tally) -> Tally:
        known = self.money is not None and other.money is not None
        return Tally(
            self.calls + other.calls,
            self.cached + other.cached,
            self.usage + other.usage,
            self.seconds + other.seconds,
            (self.money or 0.0) + (other.money or 0.0) if known else None,
        )

    @property
    def price(self) -> str:
        """The money for people: `$0.0123`, `about $0.0123` where tokens were estimated, or `unknown`."""
        if self.money is None:
            return UNKNOWN
        return f"about ${self.money:.4f}" if self.usage.estimated and self.money else f"${self.money:.4f}"


def table(tallies: Mapping[str, Tally]) -> str:
    """What each role used, and all together, one line each."""
    rows = [("role", "calls", "cached", "tokens in", "tokens out", "thinking", "seconds", "cost")]
    rows += [_row(role or "-", tally) for role, tally in sorted(tallies.items())]
    rows.append(_row("total", sum(tallies.values(), Tally())))
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(_line(row, wide) for row in rows)


def _row(role: str, tally: Tally) -> tuple[str, ...]:
    used = tally.usage
    about = "~" if used.estimated else ""
    return (
        role,
        str(tally.calls),
        str(tally.cached),
        f"{about}{used.input_tokens:,}",
        f"{about}{used.output_tokens:,}",
        f"{used.reasoning_tokens:,}",
        f"{tally.seconds:.1f}",
        tally.price,
    )


def _line(row: tuple[str, ...], wide: list[int]) -> str:
    first, *rest = (
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, wide, strict=True))
    )
    return "  ".join((first, *rest))
