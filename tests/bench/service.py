"""The service as it is delivered, for a bench: `python -m tests.bench.service CONFIG`."""

import sys
from pathlib import Path

from daemon.service import serve

if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1])))
