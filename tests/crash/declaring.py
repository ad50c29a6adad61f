"""Says of every company of a run, as a person does before the first start, that it holds nothing yet: one process for
all of them, each by the command itself."""

import sys

from daemon.cli import main

if __name__ == "__main__":
    config, *companies = sys.argv[1:]
    for company in companies:
        try:
            main.main(args=["company", "declare-empty", company, "--config", config])
        except SystemExit as ended:
            if ended.code:
                raise
