"""Whether a load has been asked to stop: it then ends as soon as what is at work is stored and told."""

from __future__ import annotations

from threading import Event

__all__ = ["STOP"]

#: Set by who wants the loads of this process to end; nobody else sets or clears it.
STOP = Event()
