"""The frame of a page: head, links to the other pages, and the same content in forms of RDF."""

from __future__ import annotations

from collections.abc import Iterable

from casegraph.namespaces import BASE, compact
from casegraph.serve.pages.markup import Content, Element, element, link, rendered
from casegraph.serve.telling.service import Service
from casegraph.version import __version__

__all__ = ["FORMS", "described", "module", "page", "script", "term"]

#: media type -> what ``format=`` calls it, and what people do; for cases, reports and the ontology.
FORMS = {
    "text/turtle": ("ttl", "Turtle"),
    "application/trig": ("trig", "TriG"),
    "application/ld+json": ("jsonld", "JSON-LD"),
    "application/n-quads": ("nq", "N-Quads"),
    "application/rdf+xml": ("rdf", "RDF/XML"),
}
_MAIN = "_main"
_SITE = (
    ("", "casegraph"),
    ("cases", "Cases"),
    ("queries", "Stored queries"),
    ("cohorts", "Cohorts"),
    ("workbench", "Workbench"),
    ("ontology", "Ontology"),
    ("docs", "Interface"),
    ("sparql", "Service"),
)


def page(
    service: Service, title: str, content: Iterable[Content], *, forms: Iterable[str] = (), address: str = ""
) -> bytes:
    """Return a page.

    :param title: in the language of people; the page says it in its head.
    :param forms: the media types in which the same can be had, of :data:`FORMS`.
    :param address: of the page itself, with what is asked of it but the format.
    """
    known = {media: FORMS[media] for media in forms}
    begun = f"{address}{'&' if '?' in address else '?'}"
    addresses = {media: f"{begun}format={short}" for media, (short, _) in known.items()}
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("title", f"{title} - casegraph"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("link", rel="stylesheet", href=f"{service.base}static/casegraph.css"),
        element("link", rel="icon", href=f"{service.base}static/icon.svg"),
        (element("link", rel="alternate", type=media, href=each) for media, each in addresses.items()),
    )
    body = element(
        "body",
        element("a", "Skip to the content", class_="skip", href=f"#{_MAIN}"),
        element("header", _navigation(service)),
        element("main", content, id=_MAIN),
        element("footer", _forms(known, addresses), element("p", f"casegraph {__version__}")),
    )
    return f"<!DOCTYPE html>\n{rendered(element('html', head, body, lang='en'))}\n".encode()


def script(service: Service, name: str) -> Element:
    """Return what loads a script of this server once the page is there.

    :param name: one of :data:`casegraph.serve.static.FILES`.
    """
    return element("script", src=f"{service.base}static/{name}", defer=True)


def module(service: Service, name: str) -> Element:
    """Return what loads a module of this server, with those that it needs, once the page is there."""
    return element("script", src=f"{service.base}static/{name}", type="module")


def _navigation(service: Service) -> Element:
    places = (element("li", link(f"{service.base}{place}", name)) for place, name in _SITE)
    return element("nav", element("ul", places), aria_label="Site")


def _forms(known: dict[str, tuple[str, str]], addresses: dict[str, str]) -> Content:
    if not known:
        return ""
    links = (
        element("li", link(addresses[media], name, type=media, rel="alternate"))
        for media, (_, name) in known.items()
    )
    return element("nav", element("p", "The same as data:"), element("ul", links), aria_label="Forms of data")


def described(pairs: Iterable[tuple[str, Iterable[Content]]]) -> Content:
    """Return names with their values as a list; of names without values nothing."""
    kept = [(name, values) for name, found in pairs if (values := [each for each in found if each != ""])]
    if not kept:
        return ""
    entries = ((element("dt", name), *(element("dd", value) for value in values)) for name, values in kept)
    return element("dl", (each for entry in entries for each in entry))


def term(service: Service, iri: str, label: str = "") -> Element:
    """Return a term as people read it: its label, and its short name as a link if it is of the web."""
    short = link(service.address(iri), compact(iri).removeprefix(BASE))
    return element("span", *((f"{label} ", "(", short, ")") if label else (short,)), class_="term")
