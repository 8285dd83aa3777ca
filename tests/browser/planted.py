"""The texts and IRIs that hostile data are made of: each does harm where it is taken for more than text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any, Final

__all__ = ["CONTROLS", "IRIS", "LONG", "NAMES", "TEXTS", "encoded", "poisoned"]

#: Of a label that somebody pasted a whole page into.
LONG: Final = "x" * 10_000

#: Each that runs sets ``__pwned``, which the browser tells (``watching.js``); ``evil.example`` is elsewhere.
TEXTS: Final = (
    "<script>window.__pwned='script'</script>",
    '"><img src=x onerror="window.__pwned=\'image\'">',
    "'><svg/onload=window.__pwned='svg'>",
    "</script><script>window.__pwned='end of script'</script>",
    "</style></title></textarea></pre><script>window.__pwned='end'</script>",
    "<!--<script>window.__pwned='comment'</script>",
    "]]><script>window.__pwned='cdata'</script>",
    "<iframe srcdoc=\"<script>parent.__pwned='frame'</script>\"></iframe>",
    '<a href="javascript:window.__pwned=1" autofocus onfocus="window.__pwned=1">x</a>',
    "<details open ontoggle=window.__pwned='toggle'>",
    '<base href="http://evil.example/"><link rel=stylesheet href="http://evil.example/x.css">',
    '<meta http-equiv="refresh" content="0;url=http://evil.example/">',
    '<img src="http://evil.example/x.png"><object data="http://evil.example/x"></object>',
    '<form action="http://evil.example/"><button>Ask</button></form>',
    '</section></main></body></html><p style="position:fixed;inset:0">over all</p>',
    "<math><mtext><table><mglyph><style><!--</style><img alt=\"--&gt;&lt;img src onerror=__pwned='m'&gt;\">",
    "&lt;script&gt;window.__pwned='entity'&lt;/script&gt; &#60;b&#62; &amp;amp;",
    "' onmouseover='window.__pwned=1' x='",
    '" autofocus onfocus="window.__pwned=1" x="',
    "` onclick=window.__pwned=1 x=`",
    "${window.__pwned='template'} `${window.__pwned=1}`",
    "{{constructor.constructor(\"window.__pwned='angular'\")()}} <%= 7*7 %> #{7*7} %{7*7}",
    "javascript:window.__pwned='address'",
    "data:text/html,<script>window.__pwned='data'</script>",
    "__proto__",
    "constructor",
    "toString",
    "datum.x",
    "datum['x'] + signal('width') + warn('x')",
    "a.b[0]['c']\\.d",
    "width height data view datum event",
    "](http://evil.example/) [x](javascript:window.__pwned=1)",
    '=HYPERLINK("http://evil.example/")',
    "url(http://evil.example/x) @import 'http://evil.example/x.css'; }",
    "\u202egnp.exe \u2066isolated \u200fright",
    "line\nbreak\r\nand\ttab",
    "Zalgo e\u0301\u0316\u0317\u0318\u0319\u031c\u031d \U0001f9ec \U000e0041",
    LONG,
)

#: Control characters, which no document may hold, but quads do.
CONTROLS: Final = "\x00\x1b[31mred\x07\x7f\x85\u2028\u2029\ufeff\ufffe\uffff"

#: IRIs that a store takes, though a page must not lead there or load anything from there.
IRIS: Final = (
    "javascript:window.__pwned='iri'",
    "JaVaScRiPt:window.__pwned='iri'",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19wd25lZD0xPC9zY3JpcHQ+",
    "vbscript:x",
    "http://evil.example/x.png",
    "http://evil.example/'onmouseover='window.__pwned=1",
    "http://evil.example/?a=1&lt;script&gt;#__proto__",
    "http://evil.example/%3Cscript%3Ewindow.__pwned=1%3C/script%3E",
    "https://w3id.org/casegraph/case/../../../queries#constructor",
    "https://w3id.org/casegraph/ontology#__proto__",
    "urn:x:constructor",
    "file:///etc/passwd",
)

#: Names that a query can give to a variable, which objects of JavaScript have already.
NAMES: Final = ("__proto__", "constructor", "toString", "hasOwnProperty", "datum", "width", "_main")

#: Keys of a case document whose texts nothing checks.
_FREE: Final = frozenset(
    (
        *("gist", "printed", "title", "journal", "publisher", "issue", "article_type", "section", "reason"),
        *("criterion", "assessor", "citation", "by", "label", "repaired_from"),
    )
)
_LISTS: Final = frozenset({"authors"})


def encoded(text: str) -> str:
    """Return a text as a literal of N-Quads."""
    return '"' + "".join(each if each.isalnum() else f"\\U{ord(each):08X}" for each in text) + '"'


def poisoned(document: Any) -> Any:
    """Return a case document with a planted text in each place that takes any text."""
    return _poisoned(document, cycle(TEXTS))


def _poisoned(value: Any, texts: Iterator[str]) -> Any:
    if isinstance(value, list):
        return [_poisoned(each, texts) for each in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for key, each in value.items():
        if key in _FREE and isinstance(each, str):
            # what is printed must hold the dose: it stands before
            made[key] = f"{each} {next(texts)}" if key == "printed" else next(texts)
        elif key in _LISTS:
            made[key] = [next(texts) for _ in each]
        else:
            made[key] = _poisoned(each, texts)
    return made
