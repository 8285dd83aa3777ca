"""The workbench in a real browser: what docs/workbench.md tells a newcomer to do, and hostile answers."""

from __future__ import annotations

import ast
import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests
from browsing import NARROW, Browser
from planted import NAMES
from selenium.common.exceptions import StaleElementReferenceException, TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from serving import Server, filled, serving

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[2] / "docs" / "workbench.md"
READY = "body[data-ready=yes]"
QUERY = "PREFIX cg: <https://w3id.org/casegraph/ontology#> "
TREATED = QUERY + "SELECT ?case ?drug { ?case cg:treatedWith ?drug }"
DRAWN = QUERY + "CONSTRUCT { ?case cg:treatedWith ?drug } WHERE { ?case cg:treatedWith ?drug }"
PLANTED = '{ ?s ?p ?o FILTER(CONTAINS(STR(?o), "__pwned") || CONTAINS(STR(?s), "javascript:")) }'
NAMED = "Refractory cases that responded to a drug"
PROPERTY, CLASS = "cg:aboutConcept   about concept", "cg:AbsentFinding   absent finding"
#: What stands before the cursor, what is offered first, and the last line once that is taken, up to " }".
COMPLETED = (
    (f"{QUERY}\nSELECT * {{ ?s a cg:Case ; ", PROPERTY, "SELECT * { ?s a cg:Case ; cg:aboutConcept"),
    (f"{QUERY}\nSELECT * {{ ?s a cg:Case ;\n  ", PROPERTY, "  cg:aboutConcept"),
    (f"{QUERY}\nSELECT * {{ ?s a cg:Case , ", CLASS, "SELECT * { ?s a cg:Case , cg:AbsentFinding"),
    (f"{QUERY}\nSELECT * {{ VALUES ?s {{ cg:Abs", CLASS, "SELECT * { VALUES ?s { cg:AbsentFinding"),
    ("SELECT * { ?s ", PROPERTY, "SELECT * { ?s cg:aboutConcept"),
    ("SELECT * { ?s a cg:Case ; ", PROPERTY, "SELECT * { ?s a cg:Case ; cg:aboutConcept"),
    ("SELECT * { ?s cg:aboutC", PROPERTY, "SELECT * { ?s cg:aboutConcept"),
)
#: Texts that a shell, Python or a browser may take for something else.
QUOTED = (
    "il-2",
    "it's",
    "''",
    '"; rm -rf ~; echo "',
    "$(touch /none)`touch /none`$HOME",
    "a\nb\\nc\\",
    "!! %s %% \\x41 \\u0041",
    "Sj\u00f6gren \U0001f9ec \u2028 \u202e",
    "@/etc/passwd",
    "--store x",
    "a=b&c=d;e#f",
    "*? [a] {b,c} ~",
    "",
)


class Workbench:
    """The page, and what a person does on it."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser, self.server = browser, server

    def open(self, after: str = "", width: int = 1280, *, dark: bool = False) -> None:
        self.browser.visit("about:blank")
        address = f"{self.server.address}/workbench{after}"
        assert self.browser.visit(address, width=width, dark=dark, ready=READY) == []

    def one(self, selector: str) -> object:
        return self.browser.driver.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector: str) -> None:
        try:
            self.browser.driver.find_element(By.CSS_SELECTOR, selector).click()
        except StaleElementReferenceException:  # a list is written anew while it is searched
            self.browser.driver.find_element(By.CSS_SELECTOR, selector).click()

    def type(self, selector: str, text: str) -> None:
        field = self.browser.driver.find_element(By.CSS_SELECTOR, selector)
        field.clear()
        field.send_keys(text)

    def keys(self, *keys: str) -> None:
        ActionChains(self.browser.driver, duration=0).send_keys(*keys).perform()

    def with_control(self, key: str) -> None:
        """Press a key while Ctrl is held."""
        chain = ActionChains(self.browser.driver, duration=0).key_down(Keys.CONTROL)
        chain.send_keys(key).key_up(Keys.CONTROL).perform()

    def write(self, text: str) -> None:
        self.browser.run("document.querySelector('.CodeMirror').CodeMirror.setValue(arguments[0])", text)

    def written(self) -> str:
        return str(self.browser.run("return document.querySelector('.CodeMirror').CodeMirror.getValue()"))

    def edit(self, line: int, column: int) -> None:
        """Go to a place in the editor, both from 0."""
        place = "const editor = document.querySelector('.CodeMirror').CodeMirror; editor.focus();"
        self.browser.run(f"{place} editor.setCursor({{line: arguments[0], ch: arguments[1]}})", line, column)

    def follow(self, after: str) -> None:
        """Follow a link to another question, on the page as it stands."""
        go = "document.querySelector('#_question')?.remove(); location.hash = arguments[0]"
        self.browser.run(go, after)
        self.until(
            lambda: self.texts("#_question") or "no stored question" in self.text("#_status"), "no question"
        )

    def text(self, selector: str) -> str:
        return str(
            self.browser.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector)
        )

    def texts(self, selector: str) -> list[str]:
        found = "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)"
        return list(self.browser.run(found, selector))

    def until(self, holds: Callable[[], object], why: str) -> None:
        try:
            self.browser.wait(lambda _: holds(), why)
        except TimeoutException as error:
            told = self.texts("#_status, #_result .notice")
            raise AssertionError(f"{why}; the page says {told}, and {self.browser.faults()}") from error

    def asked(self, act: Callable[[], None], shown: str = "table") -> None:
        """Do what asks the server, and wait for the answer."""
        self.browser.run("delete document.getElementById('_result').dataset.shown")
        act()
        self.until(
            lambda: self.browser.driver.find_elements(By.CSS_SELECTOR, f"#_result[data-shown={shown}]"), shown
        )

    def ask(self, text: str) -> None:
        self.write(text)
        self.asked(lambda: self.click("#_run"))

    def show(self, view: str) -> None:
        self.click(f"input[value={view}]")
        ready = {"chart": "[data-view=chart][data-drawn=yes]", "graph": "[data-view=graph][data-drawn=yes]"}
        place = ready.get(view, f"[data-view={view}]")
        self.until(lambda: self.browser.driver.find_elements(By.CSS_SELECTOR, place), f"no {view}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("workbench")
    with serving(filled(folder), folder) as running:
        yield running


@pytest.fixture
def bench(browser: Browser, server: Server) -> Workbench:
    made = Workbench(browser, server)
    made.open()
    return made


def _get(address: str, accept: str) -> str:
    return requests.get(address, headers={"Accept": accept}, timeout=30).content.decode()


def _rows(text: str) -> list[list[str]]:
    head, *rows = csv.reader(io.StringIO(text))
    return [head, *sorted(rows)]


def _find_the_question(bench: Workbench) -> None:
    bench.type("#_search", "refractory responded")
    bench.until(lambda: bench.text("#_stored [role=status]").startswith("1 question"), "not the one question")
    assert bench.texts("#_stored li button") == [NAMED]
    bench.click("#_stored li button")
    bench.until(lambda: bench.text("#_question") == NAMED, "the question does not open")


def _change_the_drug(bench: Workbench) -> None:
    bench.until(
        lambda: bench.browser.driver.find_elements(By.CSS_SELECTOR, "#_value-drug[role=combobox]"), "no field"
    )
    assert "left empty, the example of the query stands" in bench.text("#_value-hint-drug")
    bench.type("#_value-drug", "il-2")
    bench.until(lambda: bench.texts(".offers li"), "nothing is offered")
    assert "interleukin-2" in bench.texts(".offers li")[0]
    assert "synonym: IL-2" in bench.texts(".offers li")[0]
    bench.keys(Keys.ARROW_DOWN, Keys.ENTER)
    assert "means cg:Interleukin2Drug" in bench.texts(".meant")


def _run_it(bench: Workbench) -> None:
    bench.asked(lambda: bench.click("#_form button[type=submit]"))
    assert "asked with the query's own example of disease" in bench.text("#_result .notice")
    assert re.match(r"3 rows, in \d+\.\d\d s\.", bench.text("#_status"))
    first = bench.texts("#_result tbody tr:first-child td")
    assert "Hypomyopathic Dermatomyositis" in first[0]
    assert bench.browser.run("return document.querySelector('#_result td a').pathname").startswith("/cases/")
    assert "MONDO:1010089" in first[2]
    assert "xsd:decimal" in first[6]


def _see_a_chart(bench: Workbench) -> None:
    bench.show("chart")
    assert (
        bench.browser.run(
            "return document.querySelectorAll('[data-view=chart] svg .mark-rect path, "
            "[data-view=chart] svg .mark-symbol path').length"
        )
        >= 1
    )
    assert "3 rows of 3 rows" in bench.text("[data-view=chart] [role=status]")


def _take_a_file(bench: Workbench, folder: Path) -> None:
    allowed = {"behavior": "allow", "downloadPath": str(folder)}
    bench.browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", allowed)
    bench.click("[data-file=csv]")
    file = folder / "refractory_cases_responding.csv"
    bench.until(file.exists, "no file")
    bench.until(file.read_bytes, "an empty file")
    asked = f"{bench.server.address}/queries/refractory_cases_responding/results?drug=IL-2"
    assert file.read_bytes().decode() == _get(asked, "text/csv")


def _take_the_question(bench: Workbench) -> None:
    asked = f"{bench.server.address}/queries/refractory_cases_responding/results?drug=IL-2"
    expected = _rows(_get(asked, "text/csv"))
    assert len(expected) == 4
    for name in ("curl", "Python", "casegraph"):
        assert _rows(_done(bench.text(f"[data-snippet={name}]"), name)) == expected, name
    assert "#stored=refractory_cases_responding" in str(bench.browser.run("return location.href"))


def _done(snippet: str, name: str) -> str:
    """Return what a snippet writes where it is pasted."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = [sys.executable, "-c", snippet] if name == "Python" else ["/bin/sh", "-c", snippet]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PATH": path}, check=False
    )
    assert done.returncode == 0, (name, done.stderr)
    return done.stdout


def _write_one(bench: Workbench) -> None:
    bench.click("#_form button[type=button]")
    bench.until(
        lambda: "VALUES ?drug { <https://w3id.org/casegraph/ontology#Interleukin2Drug> }" in bench.written(),
        "",
    )
    bench.write("SELECT ?case ?drug { ?case  ?drug }")
    bench.edit(0, 27)
    bench.keys("cg:")
    bench.until(
        lambda: bench.written().startswith("PREFIX cg: <https://w3id.org/casegraph/ontology#>"),
        "no prefix comes",
    )
    bench.keys("treatedW")
    bench.with_control(" ")
    bench.until(lambda: bench.texts(".CodeMirror-hint"), "nothing is completed")
    assert bench.texts(".CodeMirror-hint")[0].startswith("cg:treatedWith")
    bench.keys(Keys.ENTER)
    bench.asked(lambda: bench.with_control(Keys.ENTER))
    assert bench.texts("#_result th") == ["case", "drug"]
    assert any("interleukin-2" in each for each in bench.texts("#_result td"))


def _draw(bench: Workbench) -> None:
    bench.ask(DRAWN)
    many = len(bench.texts("#_result tbody tr"))
    assert many >= 4
    bench.show("graph")
    told = bench.text("[data-view=graph] [role=status]")
    assert re.match(rf"{many + 1} nodes and {many} edges\.", told)
    assert "A disc is an IRI" in told


def test_the_path_of_a_newcomer(bench: Workbench, tmp_path: Path) -> None:
    steps: dict[str, Callable[[], None]] = {
        "Find a question.": lambda: _find_the_question(bench),
        "Change the drug by its name.": lambda: _change_the_drug(bench),
        "Run it.": lambda: _run_it(bench),
        "See it as a chart.": lambda: _see_a_chart(bench),
        "Take it as a file.": lambda: _take_a_file(bench, tmp_path),
        "Take the question with you.": lambda: _take_the_question(bench),
        "Write a question of your own.": lambda: _write_one(bench),
        "Draw a graph.": lambda: _draw(bench),
    }
    assert re.findall(r"^\d\. \*\*(.+?)\*\*", PAGE.read_text(encoding="utf-8"), re.MULTILINE) == list(steps)
    for name, step in steps.items():
        step()
        assert bench.browser.faults() == [], name


def test_what_is_wrong_is_told_with_its_place(bench: Workbench) -> None:
    bench.write("SELECT * {\n ?s ?p\n}")
    bench.click("#_run")
    bench.until(lambda: bench.text("#_result .notice"), "nothing is told")
    assert "not a SPARQL query" in bench.text("#_result .notice")
    assert bench.text("#_status") == "Not answered."
    assert bench.browser.driver.find_elements(By.CSS_SELECTOR, ".CodeMirror-line .wrong-here")
    found = "const {line} = document.querySelector('.CodeMirror').CodeMirror.getCursor(); return line"
    assert bench.browser.run(found) == 2
    faults = bench.browser.faults()
    assert [each for each in faults if "400 (Bad Request)" not in each] == []


def test_a_link_fills_a_question_in_and_does_not_run_it(bench: Workbench) -> None:
    bench.open(f"#query={quote(TREATED)}")
    assert bench.written() == TREATED
    assert bench.text("#_status") == "Nothing was asked yet."
    bench.open("#stored=drug_responses&_drug=cg:Rituximab")
    assert (
        bench.browser.run("return new FormData(document.querySelector('#_form form')).get('drug')")
        == "cg:Rituximab"
    )
    assert bench.text("#_status") == "Nothing was asked yet."
    _ask_no_other_question(bench)
    assert not [each for each in bench.browser.requests if "/results" in each or "/sparql" in each]
    bench.click("#_form button[type=submit]")
    bench.until(lambda: bench.text("#_status") == "Not answered.", "it is answered")
    assert "unknown value 'nonsense'" in bench.text("#_result .notice")


def test_a_link_that_names_no_question_says_so(bench: Workbench) -> None:
    bench.open("#foo=bar&x=1")
    assert bench.text("#_status").startswith(
        "The link names no question: it says foo, x, where stored or query"
    )
    bench.open("#_content")
    assert bench.text("#_status") == "Nothing was asked yet."


def _ask_no_other_question(bench: Workbench) -> None:
    value = "return new FormData(document.querySelector('#_form form')).get('refractory')"
    for said, meant in (
        ("two-lines", "twoLines"),
        ("CLINICAL", "clinical"),
        ("cg:authorsDefinition", "authors"),
    ):
        bench.follow(f"#stored=refractory_cases&_refractory={said}")
        assert bench.browser.run(value) == f"{meant}Definition"
        assert bench.texts("#_value-refractory option") == ["authors", "clinical", "two-lines"]
        assert bench.texts("#_form .notice") == []
    bench.follow("#stored=nonresponders_to_drugs&_drug=cg:Rituximab")
    assert bench.text("#_status").startswith("There is no stored question nonresponders_to_drugs.")
    assert "nonresponders_to_drug," in bench.text("#_status")
    bench.follow("#stored=refractory_cases&_refractory=clinical&_refractory=nonsense&_durg=IL-2")
    assert bench.browser.run(value) == "nonsense"
    left, twice = bench.texts("#_form .notice li")
    assert left.startswith(
        "The link says durg: IL-2. This question has no such parameter (it has refractory, "
    )
    assert twice == "The link says refractory more than once: clinical; nonsense. The field has the last."


def test_a_link_is_to_what_stands_beside_its_button(bench: Workbench) -> None:
    """Not to what was asked last: who writes on, or fills the form in anew, sends what is seen."""
    bench.browser.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }")

    def copied(button: str) -> dict[str, list[str]]:
        bench.click(button)
        bench.until(lambda: bench.text("#_status").startswith("The link is copied"), "nothing is copied")
        return parse_qs(urlsplit(str(bench.browser.run("return window.copied"))).fragment)

    bench.ask(TREATED)
    bench.write("ASK {}")
    assert copied("#_link") == {"query": ["ASK {}"]}
    bench.type("#_search", "cases_treated_with")
    bench.click("#_stored [data-query=cases_treated_with]")
    bench.until(lambda: bench.text("#_question"), "no form")
    bench.type("#_value-drug", "rituximab")
    assert copied("#_form-link") == {"stored": ["cases_treated_with"], "_drug": ["rituximab"]}
    assert copied("#_link") == {"query": ["ASK {}"]}


def test_the_editor_catches_nobody(bench: Workbench) -> None:
    bench.browser.run("document.querySelector('.CodeMirror').CodeMirror.focus()")
    bench.keys(Keys.TAB)
    assert bench.browser.run("return document.activeElement.closest('.CodeMirror') === null")
    bench.browser.run("document.querySelector('.CodeMirror').CodeMirror.focus()")
    bench.keys(Keys.ESCAPE)
    assert bench.browser.run("return document.activeElement.id") == "_run"


def _complete(bench: Workbench, before: str, offered: str) -> None:
    """Take the first of what is offered behind a text."""
    bench.write(f"{before} }}")
    bench.edit(before.count("\n"), len(before.rpartition("\n")[2]))
    bench.with_control(" ")
    bench.until(lambda: bench.texts(".CodeMirror-hint")[:1] == [offered], f"no {offered}")
    bench.keys(Keys.ENTER)


def test_completion_is_from_these_data_and_nobody_else_is_asked(bench: Workbench, axe: None) -> None:
    bench.write(QUERY + "\nSELECT * { ?case a cg:Ca }")
    bench.edit(1, 24)
    bench.with_control(" ")
    bench.until(lambda: bench.texts(".CodeMirror-hint"), "nothing is completed")
    assert "cg:Case   case" in bench.texts(".CodeMirror-hint")
    assert bench.browser.accessibility() == []
    bench.write("SELECT * { ?case drugGr ?group }")
    bench.edit(0, 23)
    bench.with_control(" ")
    bench.until(lambda: bench.texts(".CodeMirror-hint") == ["cg:drugGroup   drug group"], "no property")
    bench.keys(Keys.ENTER)
    bench.until(lambda: bench.written().startswith("PREFIX cg: "), "its prefix is not declared")
    assert "?case cg:drugGroup ?group" in bench.written()
    for before, offered, after in COMPLETED:
        _complete(bench, before, offered)
        assert f"\n{bench.written()}".endswith(f"\n{after} }}"), before
    assert bench.written().startswith("PREFIX cg: ")
    bench.write("SELECT * { ?case cg:treatedWith ?one ,  }")
    bench.edit(0, 39)
    bench.with_control(" ")
    bench.until(lambda: bench.text("#_known").startswith("Nothing is known"), "nothing is said")
    assert bench.browser.faults() == []
    assert all(each.startswith(bench.server.address) for each in bench.browser.requests)
    assert bench.browser.run("return localStorage.length + sessionStorage.length") == 0


def test_an_answer_of_many_rows_has_pages_and_is_sorted(bench: Workbench) -> None:
    numbers = " ".join(map(str, range(250)))
    bench.ask(f"SELECT ?n {{ VALUES ?n {{ {numbers} }} }}")
    assert bench.text("#_result caption") == "rows 1 to 100 of 250 rows"
    bench.click("[data-name=turn-Last]")
    bench.until(lambda: bench.text("#_result caption") == "rows 201 to 250 of 250 rows", "not the last page")
    for _ in range(2):
        bench.click("[data-name=sort-0]")
    bench.until(lambda: bench.texts("#_result td .value")[:2] == ["249", "248"], "not sorted as numbers")
    assert bench.browser.run("return document.querySelector('#_result th').ariaSort") == "descending"


def test_an_answer_says_what_was_asked_and_the_form_leaves_the_editor_alone(bench: Workbench) -> None:
    bench.open("#stored=cases_treated_with&_drug=cg:Rituximab")
    assert "cg:Interleukin2Drug" not in bench.written()
    bench.asked(lambda: bench.click("#_form button[type=submit]"))
    asked = bench.text("#_asked")
    assert "(cases_treated_with), drug: cg:Rituximab" in asked
    bench.asked(lambda: bench.click("#_run"))
    assert bench.text("#_asked") == "Asked: the SPARQL of the editor, as it stood when it was run."
    bench.type("#_value-drug", "x")
    bench.keys(Keys.BACKSPACE)
    bench.asked(lambda: bench.click("#_form button[type=submit]"))
    assert "drug: the example of the query" in bench.text("#_asked")


def test_back_leads_to_the_question_before_and_asks_it_again(bench: Workbench) -> None:
    for drug in ("cg:Rituximab", "cg:Interleukin2Drug"):
        bench.type("#_search", "cases_treated_with")
        bench.click("#_stored [data-query=cases_treated_with]")
        bench.until(lambda: bench.texts("#_value-drug"), "no form")
        bench.browser.run("document.querySelector('[name=drug]').value = arguments[0]", drug)
        bench.asked(lambda: bench.click("#_form button[type=submit]"))
        assert f"drug: {drug}" in bench.text("#_asked")
    bench.browser.driver.back()  # the question as it was chosen, not run
    bench.until(lambda: bench.text("#_status") == "Nothing was asked yet.", "the answer still stands")
    bench.asked(bench.browser.driver.back)
    assert "drug: cg:Rituximab" in bench.text("#_asked")
    bench.asked(bench.browser.driver.refresh)
    assert "drug: cg:Rituximab" in bench.text("#_asked")
    bench.write(TREATED)
    bench.asked(lambda: bench.click("#_run"))
    bench.write("")
    bench.browser.driver.refresh()
    bench.until(lambda: bench.text("#_result caption"), "it is not asked again")
    assert bench.written() == TREATED
    assert bench.browser.run("return document.getElementById('_form').hidden")


_AXES = "[data-view=chart] .role-axis-title text, [data-view=chart] .role-axis-label text"


@pytest.mark.parametrize("name", ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"])
def test_a_column_may_be_called_as_what_each_object_has(name: str, bench: Workbench) -> None:
    bench.ask(f'SELECT ?{name} ?n {{ VALUES (?{name} ?n) {{ ("constructor" 1) ("__proto__" 2) }} }}')
    bench.show("chart")
    assert {f"?{name}", "n", "constructor", "__proto__"} <= set(bench.texts(_AXES))


def test_names_that_differ_where_they_are_cut_are_numbered(bench: Workbench) -> None:
    long = "A" * 40
    bench.ask(f'SELECT ?t ?n {{ VALUES (?t ?n) {{ ("{long}one{long}" 1) ("{long}two{long}" 2) }} }}')
    bench.show("chart")
    found = [each for each in bench.texts(_AXES) if "AAA" in each]
    assert [each[:2] for each in found] == ["1:", "2:"]


def test_rows_at_one_place_are_counted_or_drawn_as_points(bench: Workbench) -> None:
    bench.ask('SELECT ?t ?n { VALUES (?t ?n) { ("a" 5) ("a" 5) ("a" 7) } }')
    bench.show("chart")
    assert "number of rows" in bench.texts(_AXES)
    choose = "const made = document.querySelector('[data-choice=y]'); made.value = '1';"
    bench.browser.run(f"{choose} made.dispatchEvent(new Event('change'))")
    told = "Points of equal values cover each other: 2 places for all these rows."
    bench.until(lambda: told in bench.text("[data-view=chart] [role=status]"), "it is not told")
    assert bench.browser.run("return document.querySelector('[data-choice=mark]').value") == "point"


def test_whole_numbers_have_ticks_at_whole_numbers(bench: Workbench) -> None:
    bench.ask('SELECT ?name ?n { VALUES (?name ?n) { ("a" 1) ("b" 2) } }')
    bench.show("chart")
    ticks = bench.texts("[data-view=chart] svg .role-axis-label text")
    assert [each for each in ticks if each not in ("a", "b")] == ["0", "1", "2"]


def test_letters_that_are_not_seen_are_told(bench: Workbench) -> None:
    for letter, many in (("x", 0), ("\u202e", 1), ("\u200f", 1)):
        bench.ask(f'SELECT ("a{letter}b" AS ?t) {{}}')
        told = [each for each in bench.texts("#_result details p") if "Letters that are not seen" in each]
        assert len(told) == many * 3
        bench.show("raw")
        assert ("The files below have the letters" in bench.text("[data-view=raw]")) == bool(many)


def test_what_is_not_there_is_told(bench: Workbench) -> None:
    bench.ask("SELECT * {}")
    bench.click("input[value=chart]")
    told = "There is nothing to draw: the answer has no columns."
    bench.until(lambda: bench.text("[data-view=chart]") == told, "it is not told")
    bench.ask('SELECT ?a ?b ?c { VALUES (?a ?b ?c) { (UNDEF "" "  "@en) } }')
    assert bench.texts("#_result td") == ["no value", " empty text", "   2 characters of space @en"]
    bench.ask(f"{QUERY} SELECT ?a {{ VALUES ?a {{ <urn:x:{'x' * 4000}> cg:Interleukin2Drug }} }}")
    bench.until(lambda: "interleukin-2 cg:Interleukin2Drug" in bench.texts("#_result td"), "no label")
    told = "The labels of 1 IRI could not be read: longer than 4,000 characters."
    assert told in bench.texts("#_result [role=status]")
    bench.show("chart")
    assert bench.text("[data-view=chart] [role=status]").endswith(told)
    assert bench.browser.faults() == []
    known = bench.browser.driver.execute_async_script(_REFUSED, ["urn:x:1", "no iri", "urn:x:2"])
    assert known == ["The labels of 1 IRI could not be read: no IRI: Invalid IRI code point ' '.", 3]
    assert all("400 (Bad Request)" in each for each in bench.browser.faults())


_REFUSED = """
const [iris, done] = arguments;
import("/static/workbench-terms.js").then(async (made) =>
  done([await made.learn(iris), iris.filter(made.nameOf).length]));
"""


#: The names of a drawing that lie over each other, and the colours behind the editor and behind the drawing.
_DRAWING = """
const boxes = document.querySelector(".network")._cyreg.cy.nodes().map((each) =>
  ({ name: each.data("label"), ...each.boundingBox({ includeLabels: true, includeOverlays: false }) }));
const over = boxes.flatMap((one, at) => boxes.slice(at + 1)
  .filter((other) => one.x1 < other.x2 && other.x1 < one.x2 && one.y1 < other.y2 && other.y1 < one.y2)
  .map((other) => `${one.name} / ${other.name}`));
return [over, ...[".CodeMirror", ".network"].map((each) =>
  getComputedStyle(document.querySelector(each)).backgroundColor)];
"""
_EPISODES = QUERY + (
    "CONSTRUCT { ?case cg:hasTreatment ?one . ?one cg:aboutConcept ?drug } "
    "WHERE { ?case cg:hasTreatment ?one . ?one cg:aboutConcept ?drug }"
)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (NARROW, True)])
def test_each_view_is_accessible_and_fits(width: int, dark: bool, bench: Workbench, axe: None) -> None:
    bench.open(width=width, dark=dark)
    bench.ask(_EPISODES)
    bench.show("graph")
    over, *behind = bench.browser.run(_DRAWING)
    assert over == []
    assert behind == (["rgb(27, 27, 27)", "rgb(18, 18, 18)"] if dark else ["rgb(255, 255, 255)"] * 2)
    for text, view in ((TREATED, "chart"), (DRAWN, "graph"), (TREATED, "raw")):
        bench.ask(text)
        bench.show(view)
        bench.browser.unfold()
        assert (bench.browser.accessibility(), bench.browser.sideways(), bench.browser.faults()) == (
            [],
            [],
            [],
        ), view


def test_hostile_answers_stay_text(browser: Browser, hostile: Server) -> None:
    bench = Workbench(browser, hostile)
    bench.open()
    bench.ask(f"SELECT ?s ?p ?o {PLANTED} LIMIT 300")
    assert bench.texts("#_result caption") == ["rows 1 to 100 of 300 rows"]
    assert "__pwned" in "".join(bench.texts("#_result td"))
    for _ in range(2):
        bench.click("[data-name=turn-Next]")
    bench.click("[data-name=sort-2]")
    bench.show("chart")
    assert browser.faults() == []
    named = [f'("{name}" AS ?{name})' for name in NAMES]
    bench.ask(f"SELECT {' '.join(named)} {{}}")
    assert bench.texts("#_result th") == list(NAMES)
    assert bench.texts("#_result td") == list(NAMES)
    bench.show("chart")
    bench.ask(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {PLANTED} LIMIT 120")
    assert "__pwned" in "".join(bench.texts("#_result td"))
    bench.show("graph")
    bench.show("raw")
    browser.hover()
    assert browser.faults() == []
    links = browser.run("return [...document.querySelectorAll('#_result a')].map((each) => each.protocol)")
    assert set(links) <= {"http:", "https:"}


_SNIPPETS = """
const [texts, done] = arguments;
import("/static/workbench-snippets.js").then((made) => done(texts.map((text) => [
  made.ofText("http://h/sparql", text, "text/csv"),
  made.ofStored("http://h/sparql", "http://h/queries/q/results", "q", [["drug", text]]),
])));
"""
_TELLING = (
    'told() { printf \'%s\\0\' "$@"; printf \'\\1\'; }; curl() { told "$@"; }; casegraph() { told "$@"; }\n'
)


def test_any_text_is_one_word_of_a_snippet(bench: Workbench) -> None:
    made = bench.browser.driver.execute_async_script(_SNIPPETS, list(QUOTED))
    assert len(made) == len(QUOTED)
    lines = [each[name] for pair in made for each in pair for name in ("curl", "casegraph")]
    done = subprocess.run(
        ["/bin/sh", "-c", _TELLING + "\n".join(lines)], capture_output=True, text=True, check=True
    )
    told = iter(each.split("\0")[:-1] for each in done.stdout.split("\1"))
    for text in QUOTED:
        assert next(told)[-1] == f"query={text}"
        assert next(told)[-1].removeprefix(" ") == text
        assert f"drug={text}" in next(told)
        assert f"drug={text}" in next(told)
    for text, pair in zip(QUOTED, made, strict=True):
        for each, name in zip(pair, ("query", "drug"), strict=True):
            (values,) = re.findall(r"^values = (.+)$", each["Python"], re.MULTILINE)
            assert ast.literal_eval(values) == [(name, text)]


def test_the_page_of_a_stored_question_offers_terms_too(browser: Browser, server: Server) -> None:
    bench = Workbench(browser, server)
    assert browser.visit(f"{server.address}/queries/drug_responses", ready="input[role=combobox]") == []
    bench.until(lambda: bench.texts(".meant") == ["means cg:Interleukin2Drug"], "the example is not named")
    bench.type("#_field-drug", "prednis")
    bench.until(lambda: bench.texts(".offers li"), "nothing is offered")
    bench.keys(Keys.ARROW_DOWN, Keys.ENTER)
    chosen = browser.run("return new FormData(document.querySelector('form')).get('drug')")
    bench.click("form button")
    bench.until(lambda: "/results?" in browser.driver.current_url, "it is not asked")
    assert browser.driver.current_url.endswith(f"drug={quote(chosen, safe='')}")
    assert browser.faults() == []
