"""The scheduler against tables worked out by hand, and its rules against each other."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.agent.scheduler import IN_A_ROW, Arm, Rule, choose, worths


def spread(pulls: tuple[int, ...]) -> float:
    """How much more the least-pulled plan gets than the most-pulled one, at equal scores."""
    values = worths(Rule.PUBLISHED, [Arm((5,), n) for n in pulls])
    return max(values) - min(values)


@pytest.mark.parametrize(
    ("pulls", "width"), [((2, 1, 1), 4.88), ((2, 2, 1), 5.25), ((3, 2, 2), 2.56), ((4, 3, 3), 1.66)]
)
def test_the_published_bonus_has_the_width_worked_out_by_hand(pulls: tuple[int, ...], width: float) -> None:
    assert spread(pulls) == pytest.approx(width, abs=0.005)


def test_a_published_round_by_hand() -> None:
    # Σn = 4, ln 4 = 1.386294; bonus 14.142136·sqrt(1.386294/2) = 11.774100, ·sqrt(1.386294/1) = 16.651092
    values = worths(Rule.PUBLISHED, [Arm((3, 9), 2), Arm((4, 4), 1), Arm((8, 2), 1)])
    assert values == pytest.approx([20.774100, 20.651092, 18.651092], abs=1e-5)
    assert choose(Rule.PUBLISHED, [Arm((3, 9), 2), Arm((4, 4), 1), Arm((8, 2), 1)]) == 0


def test_an_averaged_round_by_hand() -> None:
    # means 0.6, 0.4, 0.5; bonuses 1.414214·sqrt(1.386294/2) = 1.177410, and 1.665109 twice
    values = worths(Rule.AVERAGED, [Arm((3, 9), 2), Arm((4, 4), 1), Arm((8, 2), 1)])
    assert values == pytest.approx([1.777410, 2.065109, 2.165109], abs=1e-5)


def test_round_robin_takes_each_plan_in_turn() -> None:
    pulls, history = [1, 1, 1], []
    for _ in range(6):
        chosen = choose(Rule.ROUND_ROBIN, [Arm((1.0,), n) for n in pulls], history)
        pulls[chosen] += 1
        history.append(chosen)
    assert history == [0, 1, 2, 0, 1, 2]


def test_greedy_takes_the_last_score() -> None:
    assert choose(Rule.GREEDY, [Arm((9, 2), 1), Arm((1, 7), 5)]) == 1


@pytest.mark.parametrize("rule", list(Rule))
def test_no_plan_is_debugged_more_than_three_times_in_a_row(rule: Rule) -> None:
    pulls, history = [1, 1], []
    for _ in range(12):
        chosen = choose(rule, [Arm((10,), pulls[0]), Arm((1,), pulls[1])], history)
        pulls[chosen] += 1
        history.append(chosen)
    runs = [history[k : k + IN_A_ROW + 1] for k in range(len(history) - IN_A_ROW)]
    assert all(len(set(run)) > 1 for run in runs)


def test_a_lone_plan_is_debugged_on() -> None:
    assert choose(Rule.GREEDY, [Arm((1,), 9)], [0, 0, 0, 0]) == 0


def test_without_plans_there_is_nothing_to_choose() -> None:
    with pytest.raises(ValueError, match="no plan"):
        choose(Rule.GREEDY, [])


arms = st.lists(
    st.builds(Arm, st.lists(st.floats(1, 10), min_size=1, max_size=5).map(tuple), st.integers(1, 50)),
    min_size=1,
    max_size=8,
)


@given(rule=st.sampled_from(Rule), arms=arms)
def test_the_choice_is_the_first_of_the_largest(rule: Rule, arms: list[Arm]) -> None:
    values = worths(rule, arms)
    assert choose(rule, arms) == values.index(max(values))
    assert all(math.isfinite(value) for value in values)
