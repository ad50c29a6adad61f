"""A stand-in of nobody: ``python -m tests.demo.tiny_stand_in WAY --port 0`` starts well, or badly in a given way."""

import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


class Answers(BaseHTTPRequestHandler):
    """Says hello."""

    def do_GET(self) -> None:
        """One word."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Much more on standard output than a pipe holds."""
        sys.stdout.write("heard\n" * 50_000)
        sys.stdout.flush()


def main() -> None:
    """Behave in the way that the first argument names."""
    way = sys.argv[1]
    if way == "broken":
        sys.exit("there is no such sender")
    if way == "babbles":
        sys.stdout.write("hello, I am a stand-in\n")
    if way == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if way in {"good", "stubborn"}:
        server = HTTPServer(("127.0.0.1", 0), Answers)
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()
    sys.stdout.flush()
    time.sleep(60)


if __name__ == "__main__":
    main()
