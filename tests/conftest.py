"""What every test gets: no network, an empty home, no settings from outside, the same examples each time."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parents[1]

# `pytest --hypothesis-profile=explore` searches further, with new examples each time.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=50, database=None)
settings.register_profile("explore", deadline=None, derandomize=False, max_examples=1000, database=None)
settings.load_profile("steady")


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> None:
    """Interrupts work here and in child processes, also where whoever started the tests switched them off."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class NetworkUsed(RuntimeError):
    """A test tried to leave the machine."""


def is_loopback(host: object) -> bool:
    """Whether a host named in an address is this machine; a name other than localhost is not."""
    text = host.decode() if isinstance(host, bytes) else str(host)
    if host is None or text in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def require_loopback(host: object) -> None:
    """Raise NetworkUsed unless the host is this machine."""
    if not is_loopback(host):
        raise NetworkUsed(f"a test reached for {host!r}; tests may use loopback addresses only")


def _guarded(name: str) -> Any:
    original = getattr(socket.socket, name)

    def guard(self: socket.socket, *arguments: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            require_loopback(arguments[-1][0])
        return original(self, *arguments)

    return guard


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Block sockets and name look-ups that leave the machine; child processes are not held by this."""
    look_up = socket.getaddrinfo

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        require_loopback(host)
        return look_up(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _guarded(name))
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture(autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test an empty home and none of the user's settings; returns the home."""
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "QUINTET_", "XDG_"))]:
        if name != "QUINTET_BENCHMARKS":
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    return home


@pytest.fixture(scope="session")
def benchmarks() -> Path:
    """The folder of benchmark files: QUINTET_BENCHMARKS, else shared/benchmarks beside the repository."""
    folder = Path(os.environ.get("QUINTET_BENCHMARKS") or REPOSITORY.parent / "shared" / "benchmarks")
    if not folder.is_dir():
        pytest.skip(f"no benchmark files at {folder}; set QUINTET_BENCHMARKS to their folder")
    return folder
