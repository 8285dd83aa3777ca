"""The pages that the browser tests visit: one of each kind, and for the full sweep all that links lead to.

To have a new page tested, add a line to ``KINDS``: its address in the store of hostile data
(``hostile_stores.py``), and what is there once its own scripts are done; pictures are waited for anyhow. All
tests here then go over it: nothing of the data runs, axe-core finds nothing, it fits a telephone, and
the keyboard leads through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hostile_stores import CASES, GROUP, PACKETS, REPORT

from casegraph.plot.cohort.cohort import is_cohort
from casegraph.query import stored_queries

__all__ = ["EVERY_KIND", "KINDS", "READY", "Kind"]

#: The workbench is what its scripts make of it, and says when.
READY: Final = "body[data-ready=yes]"
PLANTED: Final = "window.__pwned"
_NONSENSE: Final = "%22%3E%3Cimg%20src=x%20onerror=window.__pwned=1%3E"


@dataclass(frozen=True)
class Kind:
    """A page that stands for all of its kind.

    :param path: from the root of the server.
    :param ready: a selector of CSS that something matches once the scripts of the page are done.
    :param shows: a text that is on the page, of the data that are planted.
    :param ours: whether the page is made by casegraph, so that it has its frame, with the link that skips it.
    :param styled: whether it stands for others in what rests on styles alone, the dark colours and the focus.
    :param large: whether axe-core takes seconds to look through it, which is left to the full count.
    :param excused: rules of axe-core that code of others on the page breaks; it is served as it was fetched.
    """

    name: str
    path: str
    ready: str = ""
    shows: str = ""
    ours: bool = True
    styled: bool = False
    large: bool = False
    excused: tuple[str, ...] = ()


KINDS: Final = (
    Kind("index", "/", styled=True),
    Kind("queries", "/queries"),
    Kind("query", "/queries/drug_responses", styled=True),
    Kind("rows", "/queries/drug_responses/results", shows=PLANTED, styled=True),
    Kind("cohorts", "/cohorts"),
    Kind("cohort", "/cohorts/drug_responses", shows=PLANTED, styled=True),
    Kind("workbench", "/workbench", READY, styled=True),
    Kind("cases", "/cases", shows="__proto__"),
    Kind("groups", "/groups", shows=PLANTED),
    Kind("reports", "/reports", shows=PLANTED),
    Kind("case", CASES[0], shows=PLANTED, styled=True, large=True),
    Kind("edited case", CASES[1], shows=PLANTED),
    Kind("imported case", PACKETS[0], shows=PLANTED),
    Kind("group", GROUP, shows=PLANTED),
    Kind("report", REPORT, shows=PLANTED),
    Kind("ontology", "/ontology", large=True),
    Kind("service", "/sparql"),
    Kind("data", "/.well-known/void"),
    Kind(
        "interface",
        "/docs",
        ".opblock",
        ours=False,
        excused=("color-contrast", "nested-interactive", "select-name"),
    ),
    Kind("missing", f"/cases/{_NONSENSE}", shows=PLANTED, ours=False),
    Kind("refusal", f"/queries/drug_responses/results?drug={_NONSENSE}", shows=PLANTED, ours=False),
)
#: What the full sweep adds, beside whatever links lead to.
EVERY_KIND: Final = (
    *KINDS,
    *(Kind(each, each) for each in PACKETS[1:]),
    *(
        Kind(f"{name} {end}", f"/queries/{name}{end}")
        for name in stored_queries()
        for end in ("", "/results")
    ),
    *(
        Kind(f"cohort {name}", f"/cohorts/{name}")
        for name, query in stored_queries().items()
        if is_cohort(query)
    ),
)
