"""Which occasions have no known place among the others, on small orders that are typed here."""

from __future__ import annotations

import pyoxigraph as ox

from casegraph.facts import CaseFacts
from casegraph.namespaces import CG
from casegraph.rows import Term
from casegraph.story.order import between, without_place

CASE = "https://example.org/case"


def ordered(*pairs: str, others: str = "") -> CaseFacts:
    """Return a case of which the first of each pair of occasions was not after the second."""
    names = dict.fromkeys([*"".join(pairs), *others])
    values: dict[tuple[str, str], tuple[Term, ...]] = {}
    for rank, name in enumerate(names):
        later = tuple(ox.NamedNode(f"{CASE}#{pair[1]}") for pair in pairs if pair[0] == name)
        values[f"{CASE}#{name}", f"{CG}notAfter"] = later
        values[f"{CASE}#{name}", f"{CG}rank"] = (ox.Literal(rank + 1),)
    return CaseFacts(CASE, CASE, {}, values)


def open_in(facts: CaseFacts) -> set[str]:
    return {facts.name(each) for each in without_place(facts, facts.occasions())}


def test_of_a_chain_each_has_its_place_and_so_have_those_at_the_same_time() -> None:
    assert open_in(ordered("ab", "bc", "ac")) == set()
    assert open_in(ordered("ab", "ba", "ac", "bc")) == set()


def test_one_that_may_be_before_or_after_two_in_order_has_none() -> None:
    facts = ordered("ab", "bc", "ac", "ad", "xd", "ax", "bd", "cd")
    assert open_in(facts) == {"x"}
    assert between(facts, f"{CASE}#x") == "anywhere from a to d"


def test_two_of_which_only_their_own_order_is_open_keep_their_place() -> None:
    assert open_in(ordered("ab", "ac", "bd", "cd", "ad")) == set()


def test_without_any_order_there_is_none_to_be_misread() -> None:
    facts = ordered(others="abc")
    assert open_in(facts) == set()
    assert between(facts, f"{CASE}#b") == "in no known order to the others"


def test_what_is_known_on_one_side_alone_is_told_so() -> None:
    facts = ordered("ab")
    assert between(facts, f"{CASE}#a") == "up to b"
    assert between(facts, f"{CASE}#b") == "from a on"
