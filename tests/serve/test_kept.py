"""Answers that are kept are those of the state of the store that is asked, and no more than fit."""

from __future__ import annotations

from casegraph.serve.workers.frames import Begin
from casegraph.serve.workers.kept import Kept, KeptAnswer

HEAD = Begin(status=200, media_type="text/csv")


def test_an_answer_is_found_by_its_tag_alone() -> None:
    kept = Kept()
    kept.keep("one", KeptAnswer(HEAD, b"old"))
    assert kept.find("two") is None
    assert kept.find("one") == KeptAnswer(HEAD, b"old")


def test_what_was_asked_least_lately_goes_first() -> None:
    kept = Kept(most=3 * 1100)
    for name in "abc":
        kept.keep(name, KeptAnswer(HEAD, b"x"))
    kept.find("a")
    kept.keep("d", KeptAnswer(HEAD, b"x"))
    assert [name for name in "abcd" if kept.find(name)] == ["a", "c", "d"]


def test_headers_count_too() -> None:
    kept = Kept(most=10_000)
    long = Begin(status=200, media_type="text/csv", headers={"link": "x" * 6000})
    for name in "ab":
        kept.keep(name, KeptAnswer(long, b""))
    assert [name for name in "ab" if kept.find(name)] == ["b"]


def test_what_is_too_large_is_not_kept() -> None:
    kept = Kept(largest=2000)
    kept.keep("a", KeptAnswer(HEAD, b"a" * 2000))
    assert kept.find("a") is None
