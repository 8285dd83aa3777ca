"""Writes pictures as files: JSON, SVG, PNG, or a page that needs nothing else and runs no script."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from html import escape, unescape
from textwrap import wrap
from typing import BinaryIO, Final

from casegraph.errors import InputError, MissingExtraError
from casegraph.plot.picture import Cell, Picture, Spec
from casegraph.plot.unseen import plain

__all__ = ["FORMS", "picture_page", "picture_svg", "write_picture"]

#: How a picture can be written; each is the suffix of its file too.
FORMS: Final = ("json", "svg", "png", "html")
#: What the bindings of Rust raise where it panics, which is no :class:`Exception`.
_PANIC: Final = "PanicException"
#: Letters on a line of what stands above and below a drawing.
_LINE: Final = 100
#: What a specification says once, whatever views it has.
_ONCE: Final = ("$schema", "description", "background", "config", "usermeta")
_SMALL: Final = {"fontSize": 11, "fontWeight": "normal", "anchor": "start"}
#: vl-convert takes what leads to a fragment for an address on the web.
_LINK: Final = re.compile(r'<a xlink:href="https://vega\.github\.io/vega-datasets/#([^"]*)"')
#: What the page may do: show itself. There is no script in it, and nothing that it could ask for.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE: Final = (
    "body{font-family:'DejaVu Sans',Verdana,sans-serif;line-height:1.4;max-width:75rem;margin:1rem auto;"
    "padding:0 1rem;color:#111;background:#fff;overflow-wrap:anywhere}figure{margin:0 0 3rem}"
    ".wide{overflow-x:auto}.wide *{overflow-wrap:normal}"
    "h1{font-size:1.3rem}h2{font-size:1.15rem}table{border-collapse:collapse}th,td{border:1px solid #767676;"
    "padding:.25rem .5rem;text-align:left;vertical-align:top}tr:target{background:#fff3c4}"
    "a{color:#0b5394}:focus-visible{outline:3px solid #0b5394}"
)


def write_picture(picture: Picture, form: str, out: BinaryIO, *, scale: float = 2, asked: str = "") -> None:
    """Write one picture.

    An image has below its drawing what the picture shows in words, and what to know beside it.

    :param form: one of :data:`FORMS`.
    :param scale: pixels of a PNG for each pixel of the drawing.
    :param asked: what the picture was asked for, which stands below its title.
    :raises InputError: if there is nothing to draw, but as a page, which says so, or it cannot be drawn.
    :raises MissingExtraError: if ``vl-convert`` is not installed, which all forms but JSON need.
    """
    if form == "html":
        out.write(picture_page((picture,), asked).encode())
        return
    picture = replace(picture, spec=_said_above(_drawn(picture), asked))
    if form == "png":
        out.write(_png(_said_below(picture), scale))
    elif form == "svg":
        out.write(picture_svg(_said_below(picture)).encode())
    else:
        out.write(f"{json.dumps(picture.spec, indent=1, ensure_ascii=False)}\n".encode())


def _said_above(spec: Spec, asked: str) -> Spec:
    return {**spec, "title": {**spec["title"], "subtitle": wrap(asked, _LINE)}} if asked else spec


def _said_below(picture: Picture) -> Picture:
    """Return a picture that shows its summary and its notes below the drawing, as an image needs them."""
    once = {name: value for name, value in picture.spec.items() if name in _ONCE}
    view = {name: value for name, value in picture.spec.items() if name not in _ONCE}
    lines = [line for each in (picture.summary, *picture.notes) for line in wrap(each, _LINE)]
    below = {"text": lines, "orient": "bottom", "offset": 16, **_SMALL}
    return replace(picture, spec={**once, "title": below, "vconcat": [view]})


def _drawn(picture: Picture) -> Spec:
    if not picture.spec:
        raise InputError("there is nothing to draw", expected="what a picture can show", todo=picture.summary)
    return picture.spec


def picture_svg(picture: Picture, *, rows: Collection[str] = ()) -> str:
    """Return a picture as SVG, in which each mark leads to its claim and is described in words.

    :param rows: the anchors that are at hand; marks lead to these, and all others to the IRI of their claim.
    :raises InputError: if there is nothing to draw.
    :raises MissingExtraError: if ``vl-convert`` is not installed.
    """
    spec = plain(json.dumps(_drawn(picture), ensure_ascii=False))
    try:
        import vl_convert
    except ImportError as error:
        raise _missing() from error
    with _drawing():
        svg: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    bases = {cell.iri.partition("#")[0] for row in picture.rows for cell in row if "#" in cell.iri}
    base = next(iter(bases)) if len(bases) == 1 else ""
    return _LINK.sub(lambda found: _leading(found[1], rows, base), svg)


def _leading(fragment: str, rows: Collection[str], base: str) -> str:
    """Return the begin of a link to a fragment, which is text of XML; without a place it leads nowhere."""
    if unescape(fragment) in rows:
        return f'<a xlink:href="#{fragment}"'
    return f'<a xlink:href="{escape(base)}#{fragment}"' if base else "<a"


def _png(picture: Picture, scale: float) -> bytes:
    spec = plain(json.dumps(_drawn(picture), ensure_ascii=False))
    try:
        import vl_convert
    except ImportError as error:
        raise _missing() from error
    with _drawing():
        found: bytes = vl_convert.vegalite_to_png(spec, scale=scale, allowed_base_urls=[])
    return found


@contextmanager
def _drawing() -> Iterator[None]:
    """Tell as an error of ours what ``vl-convert`` cannot draw, also where it panics.

    :raises InputError: if it draws nothing.
    """
    try:
        yield
    except BaseException as error:
        if not isinstance(error, ValueError) and type(error).__name__ != _PANIC:
            raise
        told = f"the picture cannot be drawn: {next(iter(str(error).splitlines()), '')}"
        todo = "-f json gives its specification; a smaller --scale or a smaller cohort may be drawn"
        raise InputError(told, todo=todo) from error


def _missing() -> MissingExtraError:
    return MissingExtraError("vl-convert is not installed", todo="pip install 'casegraph[viz]'")


def picture_page(pictures: Sequence[Picture], asked: str = "") -> str:
    """Return pictures as one page: each with its summary, what to know beside it, and its data.

    The page holds no script and asks for nothing: its drawings are SVG, whose marks lead to their rows.

    :param asked: what the pictures were asked for, which is the heading of the page.
    :raises MissingExtraError: if ``vl-convert`` is not installed.
    """
    titles = asked or ", ".join(dict.fromkeys(picture.title for picture in pictures))
    heading, level = (f"<h1>{escape(asked)}</h1>\n", "h2") if asked else ("", "h1")
    page = "".join(
        (
            f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(titles)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n",
            heading,
            *(part for picture in pictures for part in _figure(picture, level)),
            "</main>\n</body>\n</html>\n",
        )
    )
    return plain(page)


def _figure(picture: Picture, level: str) -> Iterator[str]:
    title = escape(picture.title)
    yield f'<{level}>{title}</{level}>\n<figure aria-label="{title}">\n'
    if picture.spec:
        anchors = {name for row in picture.rows if (name := _anchor(row))}
        yield f'<div class="wide" tabindex="0" role="group" aria-label="{title}">\n'
        yield f"{picture_svg(picture, rows=anchors)}\n</div>\n"
    notes = "".join(f"<li>{escape(each)}</li>\n" for each in picture.notes)
    yield f"<figcaption><p>{escape(picture.summary)}</p>\n<ul>\n{notes}</ul></figcaption>\n"
    if picture.rows:
        yield from _table(picture)
    yield "</figure>\n"


def _table(picture: Picture) -> Iterator[str]:
    heads = "".join(
        f'<th scope="col" title="{escape(meaning)}">{escape(name)}</th>'
        for name, meaning in picture.columns.items()
    )
    yield '<div class="wide" tabindex="0" role="group" aria-label="The data of the picture">\n'
    yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
    for row in picture.rows:
        name = _anchor(row)
        anchor = f' id="{escape(name)}"' if name else ""
        yield f"<tr{anchor}>{''.join(map(_cell, row))}</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"


def _anchor(row: tuple[Cell, ...]) -> str:
    """Return the name of the claim that a row of the table is about; empty if it names none."""
    return next((cell.iri.partition("#")[2] for cell in row if "#" in cell.iri), "")


def _cell(cell: Cell) -> str:
    return f"<td>{'; '.join(map(_linked, cell.parts or (cell,)))}</td>"


def _linked(cell: Cell) -> str:
    text = escape(cell.text)
    safe = cell.iri.startswith(("https://", "http://"))
    return f'<a href="{escape(cell.iri)}">{text}</a>' if safe else text
