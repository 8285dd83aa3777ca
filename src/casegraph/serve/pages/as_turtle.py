"""The page of what the server tells as RDF alone: its Turtle as text, with the ways to have it as data."""

from __future__ import annotations

from casegraph.serve.pages.frame import FORMS, page
from casegraph.serve.pages.markup import element
from casegraph.serve.telling.service import Service

__all__ = ["turtle_page"]


def turtle_page(service: Service, place: str, about: tuple[str, str], turtle: bytes) -> bytes:
    """Return the page.

    :param place: where it is, from the root of the server, with what is asked of it but the format.
    :param about: what it is called, and a sentence on it.
    :param turtle: what is shown.
    """
    heading, meaning = about
    content = [
        element("h1", heading),
        element("p", meaning),
        element("pre", turtle.decode(), tabindex="0", role="region", aria_label="Turtle"),
    ]
    return page(service, heading, content, forms=FORMS, address=f"{service.base}{place}")
