"""Runs the command line as ``python -m casegraph``."""

from casegraph.cli import main

main()
