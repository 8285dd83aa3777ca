"""Tells on the page of a cohort which cases have its antibody as the result of a test, and are not in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlencode

from casegraph.namespaces import compact
from casegraph.plot.cohort.positive import Positive
from casegraph.serve.pages.markup import Element, element, link
from casegraph.serve.telling.service import Service

__all__ = ["positive_elsewhere"]

_QUERY: Final = "cases_with_autoantibody"
_WHY: Final = {
    "disease": "the disease asked for is named after it, and is no diagnosis that was written down for them.",
    "finding": "this asks for what was written down as a finding, and the result of a test is none.",
}


def positive_elsewhere(service: Service, antibodies: Iterable[Positive]) -> Iterator[Element]:
    """Yield an item for each antibody that cases beside the cohort were positive for."""
    for each in antibodies:
        if not (many := len(each.outside)):
            continue
        more = "1 more case was" if many == 1 else f"{many:,} more cases were"
        why = _WHY[each.asked]
        asked = f"{service.base}cohorts/{_QUERY}?{urlencode({'antibody': compact(each.antibody)})}"
        yield element(
            "li",
            element("strong", f"{more} positive for {each.name}"),
            f" by a test and {'is' if many == 1 else 'are'} not here: {why} "
            f"A death is told of {f'{each.died:,}' if each.died else 'none'} of them. ",
            link(asked, f"All cases that were positive for {each.name}"),
            ".",
        )
