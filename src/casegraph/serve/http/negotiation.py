"""Chooses the format of an answer by the Accept header of the request, as RFC 9110 has it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

__all__ = ["CSV", "GRAPHS", "HTML", "JSON", "RESULTS", "SRJ", "TURTLE", "Format", "choose", "content_type"]


def content_type(media_type: str) -> str:
    """Return the value of a Content-Type header: text with its charset.

    >>> content_type("text/turtle"), content_type("application/n-triples")
    ('text/turtle; charset=utf-8', 'application/n-triples')
    """
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


class Format(msgspec.Struct, frozen=True):
    """A format that an answer can be given in, under one of its media types.

    :param name: short, the same for all media types of the format.
    :param media_type: without parameters.
    """

    name: str
    media_type: str

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header of an answer.

        >>> CSV.content_type, SRJ.content_type
        ('text/csv; charset=utf-8', 'application/sparql-results+json')
        """
        return content_type(self.media_type)


SRJ: Final = Format("json", "application/sparql-results+json")
CSV: Final = Format("csv", "text/csv")
TURTLE: Final = Format("ttl", "text/turtle")
JSON: Final = Format("json", "application/json")
HTML: Final = Format("html", "text/html")

#: Of rows and truth values, the first one where the client has no wish. ``text/plain`` is none of them.
RESULTS: Final = (
    SRJ,
    Format("xml", "application/sparql-results+xml"),
    CSV,
    Format("tsv", "text/tab-separated-values"),
    JSON,
    Format("xml", "application/xml"),
    Format("xml", "text/xml"),
)

#: Of triples and graphs, the first one where the client has no wish. ``text/plain`` is N-Triples: RDF 1.0.
GRAPHS: Final = (
    TURTLE,
    Format("nt", "application/n-triples"),
    Format("nq", "application/n-quads"),
    Format("trig", "application/trig"),
    Format("rdf", "application/rdf+xml"),
    Format("jsonld", "application/ld+json"),
    Format("n3", "text/n3"),
    Format("jsonld", "application/json"),
    Format("rdf", "application/xml"),
    Format("rdf", "text/xml"),
    Format("nt", "text/plain"),
)

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_RANGE = re.compile(rf"\s*({_NAME})/({_NAME})\s*|\s*(\*)\s*")
_QUALITY = re.compile(r"(?:0(?:\.\d*)?|1(?:\.0*)?|\.\d+)")
_QUOTED = r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'  # to its end, or to that of the header
_PIECES = re.compile(rf'(?:[^,"]|{_QUOTED})++')
_PARAMETERS = re.compile(rf'(?:[^;"]|{_QUOTED})++')
_RANGES_READ = 100  # browsers send eight


class _Range(msgspec.Struct, frozen=True):
    kind: str
    subtype: str
    quality: float
    position: int

    def fits(self, format_: Format) -> int:
        """Return how exactly the range names the format: 3, 2 or 1, and 0 if it does not."""
        kind, _, subtype = format_.media_type.partition("/")
        if self.kind == "*":
            return 1
        if self.kind != kind:
            return 0
        return 2 if self.subtype == "*" else 3 * (self.subtype == subtype)


def choose(accept: str | None, offered: Sequence[Format]) -> Format | None:
    """Return the format that the client likes best of those that are offered, or None if it takes none.

    The highest quality wins; among equals the one that is named most exactly, then the one that is named
    first, then the one that is offered first. Parameters other than ``q`` are not looked at; what is no media
    range takes nothing, and beyond a hundred ranges none is read.

    :param accept: the header, or None where there is none: then the first offer is taken, as it is where the
        list has no member.

    >>> choose("text/turtle;q=0.5, application/ld+json", GRAPHS).name
    'jsonld'
    >>> choose("application/pdf", GRAPHS) is None
    True
    """
    if accept is None or not accept.strip(", \t") or accept == "*/*":
        return offered[0]
    return _chosen(accept, tuple(offered))


@lru_cache(maxsize=512)
def _chosen(accept: str, offered: tuple[Format, ...]) -> Format | None:
    ranges = _ranges(accept)
    best: tuple[float, int, int] = (0.0, 0, 0)
    chosen = None
    for each in offered:
        found = _liking(each, ranges)
        if found > best and found[0] > 0:
            best, chosen = found, each
    return chosen


def _liking(format_: Format, ranges: tuple[_Range, ...]) -> tuple[float, int, int]:
    """Return quality, exactness and place of the range that names a format most exactly."""
    exact, quality, place = 0, 0.0, 0
    for each in ranges:
        fits = each.fits(format_)
        if fits > exact:
            exact, quality, place = fits, each.quality, each.position
    return quality, exact, -place


def _ranges(accept: str) -> tuple[_Range, ...]:
    read = []
    for position, piece in enumerate(_PIECES.findall(accept)[:_RANGES_READ]):
        media_range, *parameters = _PARAMETERS.findall(piece) or [""]
        matched = _RANGE.fullmatch(media_range)
        quality = _quality(parameters)
        if matched and quality is not None:
            kind, subtype = (matched[1] or "*").lower(), (matched[2] or "*").lower()
            if kind != "*" or subtype == "*":
                read.append(_Range(kind, subtype, quality, position))
    return tuple(read)


def _quality(parameters: list[str]) -> float | None:
    """Return the quality that is told, 1 if none is, and None if it is no quality."""
    for each in parameters:
        name, _, value = each.partition("=")
        if name.strip().lower() == "q":
            matched = _QUALITY.fullmatch(value.strip())
            return float(matched[0]) if matched else None
    return 1.0
