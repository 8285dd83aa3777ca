"""Takes back what :func:`casegraph.serve.http.logs.log_to` set up, so that the next test finds no log."""

from __future__ import annotations

import logging

__all__ = ["log_nowhere"]


def log_nowhere() -> None:
    """Log nowhere again."""
    for name in ("casegraph.serve", "uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.NOTSET)
