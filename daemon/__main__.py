"""Starts the command with ``python -m daemon``, where the installed script is not on the path."""

from daemon.cli import main

main()
