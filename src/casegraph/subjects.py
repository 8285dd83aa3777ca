"""Finds the case that a person means in a store: by IRI, DOI, PubMed identifier or the curator's key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from casegraph.errors import InputError
from casegraph.model import Record, Report
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.store.syntax import named
from casegraph.triples import report_iri, subject_iri

__all__ = ["find_case", "subjects_meant", "subjects_of"]

_NUMBERED = re.compile(r"(?P<whole>.+)/(?P<key>[^/#]+)")
_RECORD = re.compile(r"(?P<dataset>[^/]+)/(?P<id>.+)")
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
#: the address of a page of ``casegraph serve``, or what stands in it behind the host.
_PAGE = re.compile(r"^(?:https?://[^/\s]+/|/)?(case|group|report)s/(\S+)$")
#: an IRI of this project without what all begin with.
_SHORT = re.compile(r"(case|group|report)/[^\s<>\"{}|\\^`]+")


def find_case(store: Store, text: str) -> str:
    """Return the IRI of the case or group that a person means and the store has.

    A report, by its IRI, its DOI, ``pmid:`` and number, or the curator's key, stands for its first patient;
    without any, for its first group. ``/`` and a number behind it is that patient. ``key/`` and ``pmid/``, as
    they stand in the IRIs, do as well, and so does what stands there from ``case/`` or ``group/`` on, or in
    the address of a page from ``cases/`` or ``groups/`` on; what is percent-encoded is read too. A
    case of a data set is the name of that, ``/`` and its record.

    :raises InputError: if the text names no case of the store, or one report and a patient of another.
    :raises StoreError: if the store fails.
    """
    return subjects_meant(store, text)[0]


def subjects_meant(store: Store, text: str) -> tuple[str, ...]:
    """Return the case or group that a person means; of a report all that it tells of.

    :return: at least one; the first is what :func:`find_case` finds.
    :raises InputError: if the text names no case of the store, or one report and a patient of another.
    :raises StoreError: if the store fails.
    """
    said = _PAGE.sub(r"\1/\2", text.strip("<> "))
    meant = dict.fromkeys(
        iri for each in (said, said if "://" in said else unquote(said)) for iri in _meant(each)
    )
    found = {iri: subjects for iri in meant if (subjects := subjects_of(store, iri))}
    if not found:
        raise InputError(
            f"no case {text!r}",
            where=store.location,
            expected="the IRI of a case, a DOI, pmid:number or the key of a report, perhaps with /number",
            todo="casegraph cases lists those it has",
        )
    if len({subjects[0] for subjects in found.values()}) > 1:
        raise InputError(f"{text!r} means more than one", expected=f"one of {', '.join(found)}")
    return next(iter(found.values()))


def subjects_of(store: Store, iri: str) -> tuple[str, ...]:
    """Return the cases, then the groups, that a report tells of; of a case or group, itself if it is there.

    :raises InputError: if it is no IRI.
    :raises StoreError: if the store fails.
    """
    me, link = named(iri), f"<{CG}reportedIn>"
    itself = f"GRAPH ?g {{ {me} {link} ?report }} BIND({me} AS ?subject)"
    asked = f"SELECT ?subject {{ {{ {itself} }} UNION {{ GRAPH ?g {{ ?subject {link} {me} }} }} }}"
    found = {str(row["subject"]) for row in Rows.read(store.query(asked, union=False))}
    return tuple(sorted(found))


def _meant(text: str) -> Iterator[str]:
    """Yield the IRIs of the reports, cases and groups that a text may mean."""
    doi = text.removeprefix(PREFIXES["doi"]).removeprefix("doi:")
    if "://" in doi:
        yield doi
        return
    if _SHORT.fullmatch(doi):
        yield BASE + doi
    if record := _RECORD.fullmatch(doi):
        for name in dict.fromkeys((record["id"], unquote(record["id"]))):
            yield subject_iri(_of_record(record["dataset"], name), "1")
    doi = doi.removeprefix("key/").replace("pmid/", "pmid:", 1)
    report = _report(doi)
    if report is not None:
        yield report_iri(report)
    numbered = _NUMBERED.fullmatch(doi)
    whole = _report(numbered["whole"]) if numbered else None
    if numbered and whole is not None and " " not in numbered["key"]:
        yield subject_iri(whole, numbered["key"])
        yield subject_iri(whole, numbered["key"], group=True)


def _of_record(dataset: str, name: str) -> Report:
    return Report(title="", extent="dataRecord", record=Record(dataset=dataset, id=name))


def _report(text: str) -> Report | None:
    if _DOI.fullmatch(text):
        return Report(title="", doi=text, extent="fullText")
    if re.fullmatch(r"(?i:pmid):[0-9]+", text):
        return Report(title="", pmid=text[5:], extent="fullText")
    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
        return Report(title="", key=text, extent="fullText")
    return None
