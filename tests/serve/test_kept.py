"""Answers that are kept are those of the state of the store that is asked, and no more than fit."""

from __future__ import annotations

from casegraph.serve.workers.frames import Begin
from casegraph.serve.workers.kept import Kept, KeptAnswer

HEAD = Begin(status=200, media_type="text/csv")


def test_another_state_of_the_store_has_answers_of_its_own() -> None:
    kept = Kept()
    kept.keep(("one", b"job"), KeptAnswer(HEAD, b"old"))
    assert kept.find(("two", b"job")) is None
    assert kept.find(("one", b"other")) is None
    assert kept.find(("one", b"job")) == KeptAnswer(HEAD, b"old")


def test_what_was_asked_least_lately_goes_first() -> None:
    kept = Kept(most=9, largest=3)
    for name in (b"a", b"b", b"c"):
        kept.keep(("state", name), KeptAnswer(HEAD, name * 3))
    kept.find(("state", b"a"))
    kept.keep(("state", b"d"), KeptAnswer(HEAD, b"ddd"))
    assert [name for name in (b"a", b"b", b"c", b"d") if kept.find(("state", name))] == [b"a", b"c", b"d"]


def test_what_is_too_large_is_not_kept() -> None:
    kept = Kept(most=9, largest=3)
    kept.keep(("state", b"a"), KeptAnswer(HEAD, b"aaaa"))
    assert kept.find(("state", b"a")) is None
