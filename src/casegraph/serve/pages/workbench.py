"""The page for those who write SPARQL: stored questions, an editor, and what the server answers."""

from __future__ import annotations

from typing import Final

from casegraph.namespaces import PREFIXES
from casegraph.serve.pages.frame import module, page, script
from casegraph.serve.pages.markup import Content, Element, data_block, element, link
from casegraph.serve.telling.service import Service

__all__ = ["EXAMPLE", "workbench_page"]

#: What stands in the editor at first.
EXAMPLE: Final = f"""PREFIX cg: <{PREFIXES["cg"]}>
SELECT ?drug (COUNT(DISTINCT ?case) AS ?cases) {{
  ?case a cg:Case ; cg:treatedWith ?drug
}}
GROUP BY ?drug ORDER BY DESC(?cases) LIMIT 20"""
#: Cytoscape adds an inline style, which no page may have, unless something has this name; the file has it.
_STYLE_OF_CYTOSCAPE: Final = "__________cytoscape_stylesheet"
_HINT: Final = (
    "Ctrl+Enter runs it, Ctrl+Space completes a class, a property, a prefix or a variable, "
    "Ctrl+] and Ctrl+[ indent; Esc leaves the editor for the button below."
)

_APART: Final = (
    "What stands here is asked by the button below it, whatever a form above says; "
    "Open in the editor puts the question of the form here, with its values."
)


def workbench_page(service: Service) -> bytes:
    """Return the page; its scripts fill it."""
    content: list[Content] = [
        element("link", rel="stylesheet", href=f"{service.base}static/yasgui.min.css"),
        element("link", rel="stylesheet", href=f"{service.base}static/workbench.css", id=_STYLE_OF_CYTOSCAPE),
        element("h1", "Workbench"),
        element(
            "p",
            "Ask a stored question with values of your own, or write SPARQL. Nothing leaves this server.",
        ),
        element("noscript", element("p", "This page needs scripts. Without them: ", _without(service))),
        element("div", _stored(), element("div", _form(), _editor(), _result()), class_="workbench"),
        data_block("application/json", {"prefixes": dict(PREFIXES), "example": EXAMPLE}, id_="_told"),
        script(service, "yasgui.min.js"),
        module(service, "workbench.js"),
    ]
    return page(service, "Workbench", content, address=f"{service.base}workbench")


def _without(service: Service) -> Content:
    return link(f"{service.base}queries", "the stored questions, each with a form")


def _stored() -> Element:
    return element(
        "section",
        element("h2", "Stored questions", id="_stored-head"),
        element("label", "Search", for_="_search"),
        element("input", id="_search", type="search"),
        element("label", "Tag", for_="_tag"),
        element("select", element("option", "all", value=" "), id="_tag"),
        element("p", role="status"),
        element("ul"),
        id="_stored",
        class_="stored",
        aria_labelledby="_stored-head",
    )


def _form() -> Element:
    return element("section", id="_form", aria_label="Question", hidden=True)


def _editor() -> Element:
    return element(
        "section",
        element("h2", "SPARQL", id="_sparql"),
        element("p", _APART, class_="hint"),
        element("div", id="_editor"),
        element("p", _HINT, class_="hint"),
        element("p", id="_known", class_="hint", role="status"),
        element(
            "div",
            element("button", "Run the SPARQL", id="_run", type="button"),
            " ",
            element("button", "Stop", id="_stop", type="button", hidden=True),
            " ",
            element("button", "Copy a link to this SPARQL", id="_link", type="button"),
            class_="buttons",
        ),
        aria_labelledby="_sparql",
    )


def _result() -> Element:
    return element(
        "section",
        element("h2", "Result", id="_result-head"),
        element("p", id="_asked"),
        element("p", "Nothing was asked yet.", id="_status", role="status"),
        element("div", id="_result"),
        aria_labelledby="_result-head",
    )
