"""The fixtures of conftest.py hold what they promise."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

OUTSIDE = "192.0.2.1"  # TEST-NET-1 of RFC 5737: reaches nobody


def reach_by_connect() -> None:
    with socket.socket() as plain:
        plain.connect((OUTSIDE, 80))


def reach_by_connect_ex() -> None:
    with socket.socket(socket.AF_INET6) as plain:
        plain.connect_ex(("2001:db8::1", 80))


def reach_by_datagram() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as plain:
        plain.sendto(b"x", (OUTSIDE, 9))


def reach_by_connection() -> None:
    socket.create_connection((OUTSIDE, 80)).close()


def reach_by_name() -> None:
    socket.getaddrinfo("example.org", 80)


@pytest.mark.parametrize(
    "reach",
    [reach_by_connect, reach_by_connect_ex, reach_by_datagram, reach_by_connection, reach_by_name],
    ids=lambda reach: reach.__name__,
)
def test_the_network_is_out_of_reach(reach: Callable[[], None]) -> None:
    with pytest.raises(RuntimeError, match="loopback addresses only"):
        reach()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_works(host: str) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection((host, server.getsockname()[1])) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_home_is_temporary_and_empty(clean_environment: Path, tmp_path: Path) -> None:
    assert Path.home() == clean_environment
    assert clean_environment.parent == tmp_path.parent
    assert not list(clean_environment.iterdir())


def test_no_setting_comes_from_outside() -> None:
    settings_of_the_user = {name for name in os.environ if name.startswith(("OPENAI_", "QUINTET_"))}
    assert settings_of_the_user <= {"QUINTET_BENCHMARKS"}


@pytest.fixture(scope="module", autouse=True)
def settings_from_outside() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "outside")
        patch.setenv("QUINTET_MODEL", "outside")
        patch.setenv("XDG_CONFIG_HOME", "/outside")
        yield


def test_xdg_folders_lie_in_the_home(clean_environment: Path) -> None:
    folders = {Path(value) for name, value in os.environ.items() if name.startswith("XDG_")}
    assert {folder.parent for folder in folders} == {clean_environment}


def test_examples_are_the_same_each_time() -> None:
    if settings.get_current_profile_name() == "explore":
        pytest.skip("the explore profile was asked for")
    assert settings.default is not None
    assert settings.default.derandomize
    assert settings.default.deadline is None
    assert settings.default.database is None
