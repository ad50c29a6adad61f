"""No certificate of the machine is read: tests speak with loopback only, and reading them takes a tenth of a second."""

import os


def none() -> None:
    """Let this process, and every one that it starts, begin with no trusted certificate at all.

    To be called before anything imports aiohttp, which reads all of them once in each process.
    """
    os.environ["SSL_CERT_FILE"] = os.environ["SSL_CERT_DIR"] = os.devnull
