"""Reads what a person pastes about a paper: CSL-JSON, RIS, MEDLINE (.nbib) or BibTeX; nothing is fetched."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from casegraph.errors import InputError
from casegraph.loaders.hurried import date_fault

__all__ = ["Citation", "identifier", "read_citation"]

_DOI = re.compile(r"10\.\d{4,9}/[^\s\x00-\x1f\x7f]+")
_PREFIX = re.compile(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_PMID = re.compile(r"(?:pmid:\s*|https?://pubmed\.ncbi\.nlm\.nih\.gov/)(\d{1,9})/?", re.IGNORECASE)
_MONTHS = {
    name: at
    for at, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_MARKUP = re.compile(r"</?[a-z:]{1,12}( [^<>]*)?/?>", re.IGNORECASE)
_EXPECTED = "CSL-JSON, RIS, MEDLINE (.nbib) or BibTeX"
_MEDLINE_LISTS = ["FAU", "AU", "AID", "LID", "IS"]
_MEDLINE = {tag: tag for tag in (*_MEDLINE_LISTS, "PMID", "TI", "JT", "DP", "VI", "IP", "PB")}


class Citation(Struct, frozen=True, kw_only=True):
    """What is known of a paper; dates year first, authors with the given name first."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    doi: str | None = None
    pmid: str | None = None
    journal: str | None = None
    publisher: str | None = None
    issue: str | None = None
    issued: str | None = None
    issn: tuple[str, ...] = ()


def identifier(text: str) -> Citation:
    """Return what a DOI or a PubMed number says.

    :param text: a DOI, also as an address or after ``doi:``; or ``pmid:`` and a number.
    :raises InputError: if it is neither.

    >>> identifier("https://doi.org/10.1000/XYZ").doi, identifier("pmid:12345").pmid
    ('10.1000/XYZ', '12345')
    """
    pmid = _PMID.fullmatch(text.strip())
    if pmid:
        return Citation(pmid=pmid[1])
    doi = _doi(text)
    if doi is None:
        expected = "a DOI such as 10.1000/xyz, or pmid: and a number"
        todo = "write pmid: before a PubMed number" if text.strip().isdigit() else ""
        raise InputError(f"{text!r} is no DOI and no PubMed number", expected=expected, todo=todo)
    return Citation(doi=doi)


def read_citation(text: str, *, where: str = "") -> tuple[Citation, ...]:
    r"""Return the papers that a text cites.

    :param where: what the text is called in an error.
    :raises InputError: if the text is of no known format or holds no citation.

    >>> read_citation("TY  - JOUR\nAU  - Doe, Jane\nTI  - A case\nPY  - 2020\nER  - ")[0].authors
    ('Jane Doe',)
    """
    text = text.strip().replace("\r\n", "\n")
    if text.startswith(("{", "[")):
        found = _csl(text, where)
    elif re.search(r"^TY {1,2}-", text, re.MULTILINE):
        found = _ris(text)
    elif re.search(r"^PMID ?-", text, re.MULTILINE):
        found = _medline(text)
    elif re.search(r"^\s*@\w+\s*\{", text, re.MULTILINE):
        found = _bibtex(text)
    else:
        todo = "copy it from the export of the publisher, PubMed or a reference manager"
        raise InputError("no citation that can be read", where=where, expected=_EXPECTED, todo=todo)
    if not found:
        raise InputError("the citation is cut off or damaged", where=where, expected=_EXPECTED)
    return found


def _doi(text: object) -> str | None:
    match = _DOI.fullmatch(_PREFIX.sub("", str(text or "").strip()))
    return match[0] if match else None


def _csl(text: str, where: str) -> tuple[Citation, ...]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise InputError(f"not JSON: {error}", where=where, expected=_EXPECTED) from error
    items = data if isinstance(data, list) else [data]
    return tuple(_from_csl(item) for item in items if isinstance(item, dict) and "title" in item)


def _from_csl(item: Mapping[str, Any]) -> Citation:
    people = item.get("author")
    authors = [each for each in people if isinstance(each, dict)] if isinstance(people, list) else []
    noted = _PMID.search(str(item.get("note", "")))
    pmid = re.fullmatch(r"\d+", str(item.get("PMID", "")))
    return Citation(
        title=_text(item.get("title")),
        authors=_people(*(_csl_name(each) for each in authors)),
        doi=_doi(item.get("DOI")),
        pmid=pmid[0] if pmid else noted[1] if noted else None,
        journal=_text(item.get("container-title")),
        publisher=_text(item.get("publisher")),
        issue=_issue(item.get("volume"), item.get("issue")),
        issued=_csl_date(item.get("issued")),
        issn=_list(item.get("ISSN")),
    )


def _csl_name(name: Mapping[str, Any]) -> str:
    family = " ".join(str(name[part]) for part in ("non-dropping-particle", "family") if name.get(part))
    whole = name.get("literal") or name.get("name")
    return str(whole) if whole else f"{name.get('given') or ''} {family}".strip()


def _csl_date(issued: object) -> str | None:
    if not isinstance(issued, dict):
        return None
    parts = issued.get("date-parts")
    try:
        first = [int(part) for part in parts[0] if part is not None] if parts else []
    except (TypeError, ValueError, IndexError):
        first = []
    return _day(*first[:3]) if first else _date(str(issued.get("raw") or issued.get("literal") or ""))


def _ris(text: str) -> tuple[Citation, ...]:
    import rispy

    closed = text if re.search(r"^ER {1,2}-", text, re.MULTILINE) else f"{text}\nER  - "
    return tuple(_from_ris(item) for item in rispy.loads(closed))


def _from_ris(item: Mapping[str, Any]) -> Citation:
    def first(*names: str) -> Any:
        return next((item[name] for name in names if item.get(name)), None)

    number = str(item.get("accession_number", ""))
    database = f"{item.get('name_of_database', '')} {item.get('database_provider', '')}".casefold()
    pmid = re.fullmatch(r"(?:pmid:?\s*)?(\d+)", number, re.IGNORECASE)
    is_pubmed = number.casefold().startswith("pmid") or "pubmed" in database or "nlm" in database
    return Citation(
        title=_text(first("title", "primary_title")),
        authors=_people(*(first("authors", "first_authors") or ())),
        doi=_doi(item.get("doi")),
        pmid=pmid[1] if pmid and is_pubmed else None,
        journal=_text(first("journal_name", "alternate_title3", "secondary_title", "alternate_title2")),
        publisher=_text(item.get("publisher")),
        issue=_issue(item.get("volume"), item.get("number")),
        issued=_date(str(first("date", "year", "publication_year") or "")),
        issn=_list(item.get("issn")),
    )


def _medline(text: str) -> tuple[Citation, ...]:
    from rispy import RisParser

    class Medline(RisParser):  # type: ignore[misc]
        """The tagged format of PubMed: tags of up to four letters, and continued lines."""

        START_TAG = "PMID"
        DEFAULT_MAPPING = _MEDLINE
        DEFAULT_LIST_TAGS = _MEDLINE_LISTS
        DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}

        def parse_line(self, line: str) -> tuple[str, str] | tuple[None, str]:
            tagged = re.match(r"([A-Z]{2,4}) *- ?(.*)", line)
            return (tagged[1], tagged[2].strip()) if tagged else (None, line.strip())

    records = re.split(r"\n\s*\n(?=PMID ?-)", text)
    found = [Medline(skip_unknown_tags=True).parse(f"{each.strip()}\nER  - ") for each in records]
    return tuple(_from_medline(item) for each in found for item in each)


def _from_medline(item: Mapping[str, Any]) -> Citation:
    numbers = [re.sub(r"\s*\[doi\]$", "", each) for each in (*item.get("LID", ()), *item.get("AID", ()))]
    return Citation(
        title=(_text(item.get("TI")) or "").removesuffix(".") or None,
        authors=_people(*(item.get("FAU") or item.get("AU") or ())),
        doi=next((doi for doi in map(_doi, numbers) if doi), None),
        pmid=str(item["PMID"]),
        journal=_text(item.get("JT")),
        publisher=_text(item.get("PB")),
        issue=_issue(item.get("VI"), item.get("IP")),
        issued=_date(str(item.get("DP", ""))),
        issn=tuple(dict.fromkeys(each.split(" ")[0] for each in item.get("IS", ()))),
    )


def _bibtex(text: str) -> tuple[Citation, ...]:
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.middlewares import LatexDecodingMiddleware

    library = parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    entries = (
        {key.casefold(): field.value for key, field in each.fields_dict.items()} for each in library.entries
    )
    return tuple(_from_bibtex(entry) for entry in entries)


def _from_bibtex(item: Mapping[str, Any]) -> Citation:
    pmid = re.fullmatch(r"\d+", str(item.get("pmid", "")))
    when = str(item.get("date") or f"{item.get('year', '')} {item.get('month', '')} {item.get('day', '')}")
    return Citation(
        title=_text(item.get("title")),
        authors=_people(*re.split(r"\s+and\s+", str(item.get("author", "")))),
        doi=_doi(item.get("doi")),
        pmid=pmid[0] if pmid else None,
        journal=_text(item.get("journal") or item.get("journaltitle")),
        publisher=_text(item.get("publisher")),
        issue=_issue(item.get("volume"), item.get("number")),
        issued=_date(when),
        issn=_list(item.get("issn")),
    )


def _text(value: object) -> str | None:
    """Return a text, or the first of several, in one line and without the markup that publishers put in."""
    if isinstance(value, list):
        value = value[0] if value else None
    return " ".join(_MARKUP.sub("", html.unescape(str(value))).split()) or None if value else None


def _list(value: object) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else re.findall(r"\d{4}-?\d{3}[\dXx]", str(value or ""))
    return tuple(dict.fromkeys(str(text) for text in texts))


def _people(*names: str) -> tuple[str, ...]:
    """Return names with the given name first."""
    turned = (" ".join(reversed([part.strip() for part in name.split(",", 1)])) for name in names)
    return tuple(" ".join(_MARKUP.sub("", html.unescape(name)).split()) for name in turned if name.strip())


def _issue(volume: object, number: object) -> str | None:
    return f"{volume or ''}({number})" if number else str(volume) if volume else None


def _date(text: str) -> str | None:
    """Return a date year first, from what citations write, such as 2020/07/09/ or 2020 Jul-Aug.

    :raises InputError: if the day or the month comes first; which of them is not guessed.
    """
    found = re.match(r"\s*(\d{4})(?:[\s/-]+(\d{1,2}|[A-Za-z]{3})[A-Za-z]*\.?(?:[\s/-]+(\d{1,2})\b)?)?", text)
    if found is None:
        if fault := date_fault(text):
            raise InputError(f"the date of the citation: {fault[1]}", todo=fault[2])
        return None
    year, month, day = found.groups()
    named = None if month is None else int(month) if month.isdigit() else _MONTHS.get(month.casefold())
    return _day(int(year), named, int(day) if day and named else None)


def _day(year: int, month: int | None = None, day: int | None = None) -> str:
    parts = [f"{year:04d}", *(f"{part:02d}" for part in (month, day) if part)]
    return "-".join(parts)
