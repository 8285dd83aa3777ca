"""Makes HTML out of elements: every text and every attribute is escaped, whatever the data say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from casegraph.plot.unseen import plain

__all__ = ["Content", "Element", "data_block", "element", "link", "rendered"]

_VOID = frozenset({"br", "hr", "input", "link", "meta"})
_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_JSON_ESCAPES = str.maketrans({each: f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"})
_BREAK = {"p", "li", "dd", "tr", "h1", "h2", "h3", "section", "meta", "link", "head", "ul", "dl", "main"}


@dataclass(frozen=True, slots=True)
class Element:
    """An element with its attributes and what it holds; it is made by :func:`element`."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    content: tuple[Content, ...]


Content = Element | str


def element(tag: str, *content: Content | Iterable[Content], **attributes: str | bool | None) -> Element:
    """Return an element.

    :param content: texts and elements, or several of them; an empty text is left out.
    :param attributes: ``_`` in a name stands for ``-``, at its end for nothing. True is a name without value;
        None, False and an empty value leave the attribute out.

    >>> print(rendered(element("p", "<b> & ", element("i", "x"), class_="note")), end="")
    <p class="note">&lt;b&gt; &amp; <i>x</i></p>
    """
    named = tuple(
        (name.rstrip("_").replace("_", "-"), "" if value is True else str(value))
        for name, value in attributes.items()
        if value
    )
    parts = (each for part in content for each in ((part,) if isinstance(part, str | Element) else part))
    return Element(tag, named, tuple(each for each in parts if each != ""))


def link(address: str, text: str, **attributes: str | bool | None) -> Content:
    """Return a link to an address of the web or within the site; of any other address the text alone.

    >>> print(rendered(link("javascript:alert(1)", "x")))
    x
    """
    inner = address.startswith(("/", "#", "?")) and not address.startswith("//")
    return element("a", text, href=address, **attributes) if inner or _WEB.match(address) else text


def data_block(media_type: str, value: object, id_: str = "") -> Element:
    r"""Return data for the scripts and the readers of a page: a block of JSON, which no browser runs.

    :param value: what :mod:`json` can write.
    :param id_: what a script finds it by.

    >>> print(rendered(data_block("application/json", {"label": "</script>"})))
    <script type="application/json">{"label": "\u003c/script\u003e"}</script>
    """
    text = plain(json.dumps(value, ensure_ascii=False, allow_nan=False)).translate(_JSON_ESCAPES)
    named = (("id", id_),) if id_ else ()
    return Element("script", (("type", media_type), *named), (text,))


def rendered(content: Content) -> str:
    """Return the HTML of an element, or of a text."""
    if isinstance(content, str):
        return escape(plain(content), quote=False)
    said = "".join(
        f' {name}="{escape(plain(value))}"' if value else f" {name}" for name, value in content.attributes
    )
    end = "\n" if content.tag in _BREAK else ""
    if content.tag in _VOID:
        return f"<{content.tag}{said}>{end}"
    held = content.content if content.tag == "script" else map(rendered, content.content)
    return f"<{content.tag}{said}>{''.join(map(str, held))}</{content.tag}>{end}"
