"""Binds the listener's own socket where systemd hands none over."""

import socket


def bind(host: str, port: int) -> socket.socket:
    """A bound, non-blocking socket. Raises ``OSError`` that names the settings."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        raise OSError(f"cannot listen on {host} port {port}: {error.strerror} (http.host and http.port)") from error
    return bound
