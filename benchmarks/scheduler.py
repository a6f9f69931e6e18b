"""Calls until the first program passes, by scheduling rule: a seeded simulation, no model takes part.

    python benchmarks/scheduler.py [--runs 20000] [--seed 0] [--json]

A plan has a chance to be mended by one round of debugging. The decider sees that chance through noise and
gives a score from 1 to 10. A round costs three calls (decider, critic, coder); writing the programs costs one
each. A run ends at the first success or after 30 rounds. The scenarios differ in how much the scores tell,
and in whether a plan's chance decays with every failed round (Debugging Decay Index, arXiv 2506.18403).
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from quintet.agent.scheduler import Arm, Rule, choose

PLANS, ROUNDS, CALLS = 3, 30, 3


@dataclass(frozen=True)
class Scenario:
    """How plans and scores come about.

    Args:
        name: For the table.
        chances: Draws the chances of the plans to be mended in one round.
        score: Draws a score from a plan's chance.
        decay: What is left of a chance after a failed round.
    """

    name: str
    chances: Callable[[random.Random], list[float]]
    score: Callable[[random.Random, float], float]
    decay: float = 1.0


def uneven(rng: random.Random) -> list[float]:
    """One good plan, one middling, one hopeless, in any order."""
    chances = [0.5, 0.15, 0.02]
    rng.shuffle(chances)
    return chances


def alike(rng: random.Random) -> list[float]:
    """Three plans of the same kind."""
    return [rng.uniform(0.1, 0.3) for _ in range(PLANS)]


def telling(rng: random.Random, chance: float) -> float:
    """A score that follows the chance, with some noise."""
    return min(10.0, max(1.0, round(1 + 16 * chance + rng.gauss(0, 1.5))))


def blind(rng: random.Random, chance: float) -> float:
    """A score that says nothing."""
    return float(rng.randint(1, 10))


def misleading(rng: random.Random, chance: float) -> float:
    """A score that is the higher, the worse the plan."""
    return min(10.0, max(1.0, round(9 - 16 * chance + rng.gauss(0, 1.5))))


SCENARIOS = (
    Scenario("uneven plans, telling scores", uneven, telling),
    Scenario("uneven plans, blind scores", uneven, blind),
    Scenario("uneven plans, misleading scores", uneven, misleading),
    Scenario("plans alike, telling scores", alike, telling),
    Scenario("uneven, telling, decaying 0.5", uneven, telling, 0.5),
    Scenario("uneven, blind, decaying 0.5", uneven, blind, 0.5),
    Scenario("uneven, misleading, decaying 0.5", uneven, misleading, 0.5),
)


@dataclass(frozen=True)
class Outcome:
    """One run: calls made, and whether a program passed."""

    calls: int
    solved: bool


def play(scenario: Scenario, rule: Rule, rng: random.Random) -> Outcome:
    """Debug until a plan is mended."""
    chances = scenario.chances(rng)
    scores: list[list[float]] = [[] for _ in chances]
    pulls, history = [1] * len(chances), list[int]()
    for number in range(1, ROUNDS + 1):
        for k, chance in enumerate(chances):
            scores[k].append(scenario.score(rng, chance))
        chosen = choose(rule, [Arm(scores[k], pulls[k]) for k in range(len(chances))], history)
        history.append(chosen)
        pulls[chosen] += 1
        if rng.random() < chances[chosen]:
            return Outcome(PLANS + CALLS * number, True)
        chances[chosen] *= scenario.decay
    return Outcome(PLANS + CALLS * ROUNDS, False)


def measure(scenario: Scenario, rule: Rule, runs: int, seed: int) -> dict[str, float]:
    """Mean and 90th percentile of the calls, and the share that came to a success."""
    rng = random.Random(f"{seed} {scenario.name}")  # the same plans for every rule
    found = [play(scenario, rule, random.Random(rng.random())) for _ in range(runs)]
    calls = sorted(outcome.calls for outcome in found)
    mean = statistics.fmean(calls)
    return {
        "calls": mean,
        "error": statistics.stdev(calls) / runs**0.5,
        "p90": float(calls[int(0.9 * runs)]),
        "solved": sum(outcome.solved for outcome in found) / runs,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    table = {
        scenario.name: {rule.value: measure(scenario, rule, asked.runs, asked.seed) for rule in Rule}
        for scenario in SCENARIOS
    }
    if asked.json:
        print(json.dumps(table, indent=2))
        return
    print(f"n = {asked.runs:,} runs a cell, seed {asked.seed}, Python {platform.python_version()}, ", end="")
    print(
        f"{datetime.now(UTC):%Y-%m-%d}; mean calls ± standard error (share solved within {ROUNDS} rounds)\n"
    )
    print(f"| scenario | {' | '.join(rule.value for rule in Rule)} |")
    print("|---" * (len(Rule) + 1) + "|")
    for name, row in table.items():
        cells = (f"{c['calls']:.1f} ± {c['error']:.1f} ({100 * c['solved']:.0f} %)" for c in row.values())
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
