"""Cases that were decided to tell of one patient are counted as the first of them, in whatever order."""

from __future__ import annotations

import itertools
import random

from casegraph.merge.patients import PATIENTS, patients_quads
from casegraph.namespaces import CG


def counted(*pairs: tuple[str, str]) -> dict[str, str]:
    found = {}
    for line in patients_quads(pairs).splitlines():
        case, link, first, graph, end = line.split(" ")
        assert (link, graph, end) == (f"<{CG}countedAs>", f"<{PATIENTS}>", ".")
        found[case[1:-1]] = first[1:-1]
    return found


def test_nothing_decided_is_nothing_said() -> None:
    assert counted() == {}
    assert counted(("urn:a", "urn:a")) == {}


def test_two_are_counted_as_the_first() -> None:
    assert counted(("urn:b", "urn:a")) == counted(("urn:a", "urn:b")) == {"urn:a": "urn:a", "urn:b": "urn:a"}


def test_the_order_of_decisions_does_not_matter() -> None:
    pairs = [("urn:d", "urn:c"), ("urn:b", "urn:a"), ("urn:c", "urn:b"), ("urn:y", "urn:x")]
    orders = {patients_quads(each) for each in itertools.permutations(pairs)}
    assert len(orders) == 1
    assert counted(*pairs) == {
        **dict.fromkeys(("urn:a", "urn:b", "urn:c", "urn:d"), "urn:a")
    } | dict.fromkeys(("urn:x", "urn:y"), "urn:x")


def test_a_long_chain_is_one_patient() -> None:
    names = [f"urn:{number:05}" for number in range(3000)]
    pairs = list(itertools.pairwise(names))
    random.Random(7).shuffle(pairs)  # noqa: S311
    assert counted(*pairs) == dict.fromkeys(names, names[0])
