"""SERVICE by an allow-list: which hosts are allowed, and how their addresses are put in place."""

from __future__ import annotations

import pytest

from casegraph.errors import InputError
from casegraph.serve.guard.services import allowed_by, with_addresses

ALLOWED = ("e.org", "f.org:8443", "http://plain.org")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://e.org/sparql", True),
        ("https://E.org:443/", True),
        ("https://f.org:8443/x", True),
        ("http://plain.org/x", True),
        ("http://e.org/sparql", False),
        ("https://plain.org/x", False),
        ("https://e.org:8443/", False),
        ("https://f.org/", False),
        ("https://sub.e.org/", False),
        ("https://e.org.evil.org/", False),
        ("https://evil.org/e.org", False),
        ("https://evil.org#@e.org/", False),
        ("https://evil.org?e.org", False),
        ("https://u:p@e.org/", False),
        ("https://e.org@evil.org/", False),
        ("https://e.org:x/", False),
        ("ftp://e.org/", False),
        ("https:e.org", False),
    ],
)
def test_a_host_is_allowed_with_its_scheme_and_port(address: str, expected: bool) -> None:
    assert allowed_by(address, ALLOWED) is expected


def _rewritten(query: str) -> str:
    return with_addresses(query, ALLOWED, lambda address: f"http://here/{address.rpartition('/')[2]}")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ASK { SERVICE <https://e.org/a> { } }", "ASK { SERVICE <http://here/a> { } }"),
        ("ASK { service silent<https://e.org/a>{ } }", "ASK { service silent<http://here/a>{ } }"),
        (
            "PREFIX e: <https://e.org/> ASK {SERVICE e:a {} SERVICE #\nSILENT e:b{}}",
            "PREFIX e: <https://e.org/> ASK {SERVICE <http://here/a> {} SERVICE #\nSILENT <http://here/b>{}}",
        ),
        ("ASK { ?s ?p 'SERVICE <https://e.org/a> {}' }", "ASK { ?s ?p 'SERVICE <https://e.org/a> {}' }"),
    ],
)
def test_addresses_are_put_in_place(query: str, expected: str) -> None:
    assert _rewritten(query) == expected


@pytest.mark.parametrize(
    ("query", "error"),
    [
        (
            "ASK { SERVICE <https://evil.org/> { } }",
            r"query:1:15: SERVICE https://evil.org/ is not allowed.*--allow",
        ),
        ("ASK { SERVICE ?x { } }", "SERVICE without an address"),
        ("ASK { SERVICE { } }", "SERVICE without an address"),
        ("ASK { SERVICE e:a { } }", "SERVICE without a full address"),
        ("BASE <https://e.org/> ASK { SERVICE <a> { } }", "SERVICE without a full address"),
        ("ASK { SERVICE <https://e.org/\\u0061> { } }", "SERVICE without a full address"),
        (
            "PREFIX e: <https://e.org/> PREFIX e: <https://x.org/> ASK { SERVICE e:a { } }",
            "https://x.org/a is not",
        ),
        ("PREFIX e: <https://e.org> ASK { SERVICE e:evil { } }", "https://e.orgevil is not allowed"),
        ("ASK { SERVICESILENT <https://e.org/> { } }", "SERVICE within a longer word"),
        ("PREFIX : <https://e.org/> ASK { service:x { } }", "can be read as SERVICE"),
        ("PREFIX : <https://e.org/> ASK { SERVICE service:x { } }", "SERVICE without a full address"),
        (
            "ASK { SERVICE <https://e.org/> { } ?s ?p trueSERVICE <https://x.org/> { } }",
            "within a longer word",
        ),
    ],
)
def test_what_cannot_be_put_in_place_is_refused(query: str, error: str) -> None:
    with pytest.raises(InputError, match=error):
        _rewritten(query)
