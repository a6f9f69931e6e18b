"""Whatever stands on the result descriptor, reading it gives a record and no exception."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintet.solvers.sandbox import Source, Status
from quintet.solvers.sandbox.claim import printed_claim, read_answer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("end", "detail", "traceback", "report", "solved", "results", "model")
ENTRY = st.fixed_dictionaries(
    {},
    optional={name: JSON | st.sampled_from(["solve", "ok"]) for name in ("name", "end", "value", "detail")},
)


@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    assert read_answer(raw, ()).status is not Status.OK or raw


@given(st.fixed_dictionaries({}, optional={name: JSON | st.lists(ENTRY, max_size=2) for name in FIELDS}))
def test_any_fields(document: dict) -> None:
    answer = read_answer(json.dumps(document).encode(), ())
    assert answer.status in Status
    assert isinstance(answer.detail, str)
    if answer.claim is not None and answer.claim.objective is not None:
        assert abs(answer.claim.objective) < float("inf")


@given(JSON)
def test_a_reported_objective_is_a_finite_number_or_refused(value: object) -> None:
    answer = read_answer(json.dumps({"end": "ok", "report": {"objective": value}}).encode(), ())
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e308
    if value is None or number:
        assert answer.claim is not None
        assert answer.claim.objective == value
        assert answer.claim.source is Source.REPORT
    else:
        assert answer.status is Status.NO_RESULT


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 5_000_000,
        b'{"end": "ok", "report": {"variables": {"x": ' + b"[" * 500 + b"]" * 500 + b"}}}",
        b'"' + b'\\"' * 2_000_000,
        b'{"end": "ok", "report": {"objective": ' + b"9" * 100_000 + b"}}",
        b'{"end": "ok", "report": {"objective": 1e999}}',
        b'{"end": "ok", "report": {"objective": Infinity}}',
        b'{"end": "ok"} {"end": "ok"}',
        b'{"end": "ok", "results": [{"name": "solve", "end": "ok"}]}',
        b"\xff",
        b"",
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_answers_made_to_hurt(raw: bytes) -> None:
    answer = read_answer(raw, ())
    assert answer.status is Status.NO_RESULT
    assert "can't be used" in answer.detail
    assert len(answer.detail) < 600


def test_too_few_results_are_noticed() -> None:
    assert read_answer(b'{"end": "ok", "results": []}', ("solve",)).status is Status.NO_RESULT


@given(st.text(max_size=300))
def test_any_printed_text(text: str) -> None:
    claim = printed_claim(text)
    assert claim is None or claim.objective is not None


@pytest.mark.parametrize(
    "line", ["max " * 75, "max: " * 60, "objective=-" * 27, "optimal" * 42 + ":", "cost" * 9]
)
def test_text_made_to_slow_the_search_holds_no_number(line: str) -> None:
    assert printed_claim("\n".join([line] * 5000)) is None
