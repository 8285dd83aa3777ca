"""Questions to a store of hostile data in the workbench: as table, chart and graph, the answer stays text."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from browsing import NARROW, Browser
from page_kinds import READY
from planted import NAMES, TEXTS
from serving import Server

from casegraph.namespaces import CG, PREFIXES

pytestmark = pytest.mark.slow
LABEL, GIST = f"<{PREFIXES['rdfs']}label>", f"<{CG}gist>"
FOUR = " ".join(f"?{each}" for each in NAMES[:4])
IN_FOUR = "GRAPH ?__proto__ { ?constructor ?toString ?hasOwnProperty }"
#: What is asked, and the ways to look at the answer.
QUESTIONS = (
    (f"SELECT {FOUR} {{ {IN_FOUR} }} LIMIT 300", "table chart raw"),
    (f"SELECT ?datum ?width (STRLEN(?width) AS ?_main) {{ ?datum {LABEL}|{GIST} ?width }}", "table chart"),
    ("SELECT DISTINCT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g", "table chart"),
    ("CONSTRUCT { ?s ?p ?o } { GRAPH <urn:x:graph> { ?s ?p ?o } }", "table graph raw"),
    ("ASK {}", "table chart"),
)
#: What is no SPARQL: the answer quotes it.
WRONG = [f'SELECT * {{ ?s ?p "{each}" ]]>' for each in ("<script>__pwned=1</script>", "\u202egnp")]


def ask(browser: Browser, text: str) -> None:
    """Put a question in the editor by the address, run it, and wait until it is answered."""
    browser.run("location.hash = arguments[0]", f"query={quote(text)}")
    text_ = "return document.querySelector('.CodeMirror').CodeMirror.getValue() === arguments[0]"
    browser.wait(lambda driver: driver.execute_script(text_, text), "the question is not in the editor")
    browser.run(
        "document.getElementById('_status').textContent = ''; document.getElementById('_run').click()"
    )
    done = "return /, in|Not answered/.test(document.getElementById('_status').textContent)"
    browser.wait(lambda driver: driver.execute_script(done), "no answer")


def look(browser: Browser, view: str) -> None:
    """Choose a way to look at the answer, and wait until it is drawn."""
    browser.run(f"document.querySelector('#_view [name=_view][value={view}], input[value={view}]').click()")
    drawn = f"return document.querySelector('#_result[data-shown={view}]') !== null"
    browser.wait(lambda driver: driver.execute_script(drawn), f"no {view}")
    assert browser.run("return document.querySelector('#_view [data-drawn=no]')?.textContent") is None


@pytest.fixture
def workbench(browser: Browser, hostile: Server) -> Browser:
    assert browser.visit(f"{hostile.address}/workbench", width=NARROW, ready=READY) == []
    return browser


def test_what_is_answered_stays_text(workbench: Browser) -> None:
    seen = ""
    for text, views in QUESTIONS:
        ask(workbench, text)
        for view in views.split():
            look(workbench, view)
            workbench.unfold()
            workbench.hover()
            assert workbench.faults() == [], (text, view)
            assert workbench.sideways() == [], (text, view)
            seen += workbench.run("return document.getElementById('_result').textContent")
    assert all(each in seen for each in (TEXTS[0], "javascript:window.__pwned='iri'", *NAMES[:4]))


def test_what_is_refused_stays_text(workbench: Browser) -> None:
    for text in WRONG:
        ask(workbench, text)
        workbench.hover()
        assert workbench.run("return document.querySelectorAll('#_result .notice').length") == 1
        assert [each for each in workbench.faults() if "400 (Bad Request)" not in each] == []


def test_a_hostile_link_fills_a_form_and_runs_nothing(browser: Browser, hostile: Server) -> None:
    text = TEXTS[1]
    address = f"{hostile.address}/workbench#stored=drug_responses&_drug={quote(text)}&_{quote(text)}=1"
    browser.visit("about:blank")  # else only what stands behind the # changes
    assert browser.visit(address, ready=READY) == []
    assert browser.run("return document.getElementById('_value-drug').value") == text
    assert browser.run("return document.getElementById('_result').textContent") == ""
