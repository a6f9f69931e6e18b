from __future__ import annotations

import socket
import threading

import pytest

from quintet.llm.servers import Found, local_servers, look
from tests.llm.endpoint import Endpoint, Hang
from tests.llm.talk import KEY


def port_of(endpoint: Endpoint) -> int:
    return int(endpoint.url.split(":")[2].removesuffix("/v1"))


def free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


def test_what_runs_is_found_in_order() -> None:
    with Endpoint(models=["b", "a"]) as one, Endpoint(models=[]) as two, Endpoint(models=None) as none:
        ports = {"one": port_of(one), "gone": free_port(), "none": port_of(none), "two": port_of(two)}
        assert local_servers(ports, timeout=5.0) == [
            Found("one", one.url, ("b", "a"), 200),
            Found("two", two.url, (), 200),
        ]


def test_a_server_that_says_nothing_costs_only_the_timeout() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        found = look(f"http://127.0.0.1:{silent.getsockname()[1]}/v1", timeout=0.05)
    assert (found.ok, found.why) == (False, "it can't be reached (no answer in time)")


def test_a_server_that_sends_something_else() -> None:
    def answer(listener: socket.socket, data: bytes) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(10_000)
            connection.sendall(data)

    bodies = [b"[]", b"null", b"x", b'{"data": [1]}', b'{"data": {"id": 1}}']
    answers = [b"HTTP/1.0 200 OK\r\n\r\n" + body for body in bodies] + [b"SSH-2.0-OpenSSH\r\n"]
    for data in answers:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            thread = threading.Thread(target=answer, args=(listener, data))
            thread.start()
            assert not look(f"http://127.0.0.1:{listener.getsockname()[1]}/v1").ok
            thread.join()


def test_nobody_there() -> None:
    found = look(f"http://127.0.0.1:{free_port()}/v1", KEY)
    assert (found.ok, found.status) == (False, None)
    assert "can't be reached (Connection refused)" in found.why


def test_the_key_stays_where_it_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect to another host gets no key."""
    seen: list[bytes] = []

    def serve(listener: socket.socket, answer: bytes) -> None:
        connection, _ = listener.accept()
        with connection:
            seen.append(connection.recv(10_000))
            connection.sendall(answer)

    with socket.socket() as first, socket.socket() as second:
        for listener in (first, second):
            listener.bind(("127.0.0.1", 0))
            listener.listen()
        there = f"http://127.0.0.1:{second.getsockname()[1]}/v1/models"
        redirect = f"HTTP/1.0 302 Found\r\nLocation: {there}\r\n\r\n".encode()
        threads = [
            threading.Thread(target=serve, args=(first, redirect)),
            threading.Thread(target=serve, args=(second, b'HTTP/1.0 200 OK\r\n\r\n{"data": []}')),
        ]
        for thread in threads:
            thread.start()
        assert look(f"http://127.0.0.1:{first.getsockname()[1]}/v1", KEY).ok
        for thread in threads:
            thread.join()
    assert KEY.encode() in seen[0]
    assert KEY.encode() not in seen[1]


def test_the_chat_script_is_left_alone() -> None:
    with Endpoint([Hang()]) as endpoint:
        assert look(endpoint.url).ok
        assert endpoint.left == 1
