"""A port for a server that only a test or a benchmark needs."""

import socket


def find_free_port() -> int:
    """Give a port of this machine that nobody listens on now.

    Example:
        >>> 1024 < find_free_port() < 65536
        True
    """
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
