"""A visitor in a hurry: a process of its own that asks for one page again and again for a while.

    python -m tests.bench.load PORT PATH COOKIE CONNECTIONS SECONDS

prints the seconds that each answer took. Plain blocking sockets in threads: this costs the least of all that
Python offers, so that the pages are measured and not the visitor.
"""

import json
import socket
import sys
import time
from threading import Thread

MOST = 5_000
STAGGER = 0.005  # a busy worker leaves the next connection to an idle one


def main() -> None:
    port, path, cookie, connections, seconds = sys.argv[1:]
    request = (
        f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\nAccept-Language: fr\r\n"
        "Accept: text/html\r\nUser-Agent: bench\r\n\r\n"
    ).encode()
    times: list[float] = []
    visitors = [Thread(target=visit, args=(int(port), request, float(seconds), times)) for _ in range(int(connections))]
    started = time.perf_counter()
    for visitor in visitors:
        visitor.start()
        time.sleep(STAGGER)
    for visitor in visitors:
        visitor.join()
    print(json.dumps({"seconds": time.perf_counter() - started, "times": times}))


def visit(port: int, request: bytes, seconds: float, times: list[float]) -> None:
    end = time.perf_counter() + seconds
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < end and len(times) < MOST:
            started = time.perf_counter()
            connection.sendall(request)
            read_answer(connection)
            times.append(time.perf_counter() - started)


def read_answer(connection: socket.socket) -> bytes:
    """One whole answer of status 200; anything else ends the bench."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += more(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(head.decode())
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    while len(body) < length:
        body += more(connection)
    return body


def more(connection: socket.socket) -> bytes:
    part = connection.recv(65_536)
    if not part:
        raise SystemExit("The server hung up.")
    return part


if __name__ == "__main__":
    main()
