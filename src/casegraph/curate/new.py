"""Begins a case document: its bibliography filled in, its entries as examples under the items of CARE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

import msgspec
import yaml

from casegraph.curate.citation import Citation
from casegraph.curate.passages import captured, passages_of
from casegraph.curate.skeleton import CASE, CLOSING, OPENING, REPORT, WHOLE_REPORT
from casegraph.errors import InputError
from casegraph.model import Passage, Report
from casegraph.model.values import Extent

__all__ = ["EXTENTS", "SCHEMA_FILE", "merged", "skeleton"]

#: How much of a report can have been read.
EXTENTS: tuple[str, ...] = get_args(Extent)
#: Where a new document says that its schema is: beside it.
SCHEMA_FILE = "case-document.schema.json"
_WIDTH = 110
_ARTICLE = ("abstract", "introduction", "case-presentation", "discussion")
_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "fullText": _ARTICLE,
    "partialText": _ARTICLE,
    "abstractOnly": ("abstract",),
    "tableOnly": ("table",),
    "secondaryReport": ("main-text",),
    "dataRecord": ("record",),
}


def merged(asked: Citation, pasted: tuple[Citation, ...], *, where: str = "") -> Citation:
    """Return the one pasted citation that fits the identifier that was asked for, with that identifier.

    :param where: what the pasted text is called in an error.
    :raises InputError: if none fits, or several do.

    >>> merged(Citation(doi="10.1000/xyz"), (Citation(title="A case"),)).doi
    '10.1000/xyz'
    """
    fitting = [each for each in pasted if _fits(asked, each)]
    same = [each for each in fitting if _is(asked, each)] or fitting
    if len(same) != 1:
        wanted = asked.doi or f"PubMed {asked.pmid}"
        held = ", ".join(each.doi or f"PubMed {each.pmid}" for each in pasted)
        what = f"the text cites {held}" if not same else f"the text holds {len(same)} citations"
        raise InputError(what, where=where, expected=f"one citation, that of {wanted}")
    known = {name: getattr(asked, name) for name in ("doi", "pmid") if getattr(asked, name)}
    return msgspec.structs.replace(same[0], **known)


def _fits(asked: Citation, found: Citation) -> bool:
    pairs = ((asked.doi, found.doi), (asked.pmid, found.pmid))
    return all(not one or not other or one.casefold() == other.casefold() for one, other in pairs)


def _is(asked: Citation, found: Citation) -> bool:
    pairs = ((asked.doi, found.doi), (asked.pmid, found.pmid))
    return any(one and other and one.casefold() == other.casefold() for one, other in pairs)


def skeleton(
    citation: Citation, *, extent: str, by: str | None, date: str, article: str | None = None
) -> str:
    """Return the text of a new case document; what only the curator knows is empty, for ``check`` to ask for.

    :param extent: how much of the report was read, one of :data:`EXTENTS`.
    :param by: who curates; None leaves it to be filled in.
    :param date: today, year first.
    :param article: the text of the report; its paragraphs become the passages.
    """
    passages = passages_of(article) if article is not None else _usual_passages(extent)
    keys = list(passages)
    main = next((key for key in keys if key.startswith("case")), keys[0])
    opening = next((key for key in keys if key.startswith("introduction")), keys[0])
    places = {"main": main, "opening": opening, "closing": keys[-1], "extent": extent}
    text = "" if article is None else f"  text: {_written(msgspec.to_builtins(captured(article)))}\n"
    return "".join(
        (
            OPENING.substitute(schema=SCHEMA_FILE),
            "casegraph: 1\nreport:\n  ## CARE 1. Title\n",
            *_bibliography(citation),
            REPORT.substitute(places | {"text": text}),
            f"curation:\n{_entry('by', by, 'your name')}{_entry('date', date)}",
            "  # source: The publisher's page; figures were not at hand\n",
            "## Where entries stand; a paragraph is counted from 1 within its section.\npassages:\n",
            *(f"  {key}: {_place(passage)}\n" for key, passage in passages.items()),
            CASE.substitute(places),
            WHOLE_REPORT if extent == "fullText" else "",
            CLOSING,
        )
    )


def _usual_passages(extent: str) -> dict[str, Passage]:
    return {
        section: Passage(pointer="") if section == "record" else Passage(section=section)
        for section in _SECTIONS[extent]
    }


def _place(passage: Passage) -> str:
    told = {name: getattr(passage, name) for name in passage.__struct_fields__}
    return _written(
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in told.items()
            if value is not None
        }
    )


def _bibliography(citation: Citation) -> Iterator[str]:
    for name in Report.__struct_fields__:
        value = getattr(citation, name, None)
        if value or name == "title":
            yield _entry(name, value, "the title as printed")


def _entry(name: str, value: object, missing: str = "") -> str:
    """Return a key of the second level with its value; an empty one says what it lacks."""
    if value is None:
        return f"  {name}:  ## fill in: {missing}\n"
    if isinstance(value, tuple):
        lines = [_written([each])[1:-1] for each in value]
        if sum(map(len, lines)) + 2 * len(lines) + len(name) > _WIDTH - len("  : []"):
            return f"  {name}:\n" + "".join(f"    - {line}\n" for line in lines)
        return f"  {name}: [{', '.join(lines)}]\n"
    return f"  {name}: {_written(value)}\n"


def _written(value: object) -> str:
    """Return a value in one line of YAML, quoted where it would be read as something else."""
    text = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=float("inf")
    )
    return text.removesuffix("...\n").strip()
