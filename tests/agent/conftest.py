from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from quintet.agent import session
from quintet.solvers.sandbox import LocalSandbox


@pytest.fixture(scope="session")
def warm_sandbox() -> Iterator[LocalSandbox]:
    """Workers that are up already: starting them takes longer than most tests."""
    with LocalSandbox(workers=2) as sandbox:
        yield sandbox


@pytest.fixture
def one_sandbox(warm_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in this process share one sandbox, and load no certificates, which loopback has none of."""

    def shared(tactics: object) -> nullcontext[LocalSandbox]:
        return nullcontext(warm_sandbox)

    monkeypatch.setattr(session, "sandbox_for", shared)
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *given, **named: None)
