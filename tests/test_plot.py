"""Pictures as files and in notebooks: whole, without a request, and no text of a store as markup."""

from __future__ import annotations

import builtins
import io
import json
import re
from collections import ChainMap
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal

import casegraph
from casegraph.api import CaseStore
from casegraph.errors import InputError, MissingExtraError
from casegraph.facts import read_case
from casegraph.namespaces import BASE, CG
from casegraph.plot.files import FORMS, picture_page, picture_svg, write_picture
from casegraph.plot.picture import Picture
from casegraph.plot.timeline.timeline import timeline
from casegraph.resources import shipped
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.story.words import Words
from casegraph.told import with_told
from command_line import run_cli

DOI = "10.1007/s13555-020-00421-8"
SEED = f"{BASE}case/{DOI}/1"
#: the occasions at which the seed has something to draw, as its document names them.
TIMES = {
    *(
        "panel-1",
        "start",
        "first-improvement",
        "worsening",
        "workup",
        "il2-start",
        "il2-week-1",
        "il2-month-2",
    ),
    *("on-il2", "decline", "second-workup", "csa-start", "csa-week-1", "taper-weekly", "taper-fortnightly"),
    *("prednisone-20", "flare-time", "il2-increase", "flare-week-1", "late-taper", "prednisone-10"),
    *("symptom-free", "writing"),
}
EVIL = "</script><script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def seed(seed_store: Store) -> Picture:
    return timeline(Words(read_case(seed_store, SEED), with_told(seed_store)))


@pytest.fixture(scope="module")
def hostile(seed_store: Store) -> Picture:
    """Return the seed with a drug, a domain and a test that are called as no drug is."""
    terms = with_told(seed_store)
    facts = read_case(seed_store, SEED)
    concepts = [
        each
        for claim in facts.claims("hasTreatment", "hasTestResult")
        for each in facts.values(claim, "aboutConcept")
    ]
    evil = dict.fromkeys((*concepts, *facts.values(f"{SEED}#flare", "domain")), EVIL)
    labels: Any = ChainMap(evil, terms.labels)  # type: ignore[arg-type]  # only ever read
    return timeline(Words(facts, replace(terms, labels=labels)))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds the first case; do not write to it."""
    folder = tmp_path_factory.mktemp("plot") / "store"
    run_cli("load", *shipped("cases", "miao-2020.yaml"), "--store", folder)
    return folder


class Tags(HTMLParser):
    """Collects the tags of a page and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


# the command


def test_without_a_file_the_specification_is_printed(store: Path, seed: Picture) -> None:
    assert json.loads(run_cli("plot", DOI, "--store", store).stdout) == seed.spec


def test_the_same_case_gives_the_same_bytes(store: Path) -> None:
    one, two = (run_cli("plot", f"{DOI}/1", "--store", store).stdout_bytes for _ in range(2))
    assert one == two


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_the_suffix_says_how_it_is_written(form: str, store: Path, tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    goal = tmp_path / f"seed.{form.upper()}"
    run_cli("plot", DOI, "-o", goal, "--scale", "1", "--store", store)
    begins = {"json": b"{", "svg": b"<svg", "png": b"\x89PNG", "html": b"<!doctype html>"}
    assert goal.read_bytes().startswith(begins[form])
    assert list(tmp_path.iterdir()) == [goal]


def test_what_cannot_be_drawn_leaves_the_file_as_it_was(store: Path, tmp_path: Path) -> None:
    goal = tmp_path / "seed.svg"
    goal.write_text("old", encoding="utf-8")
    assert (
        "no case '10.9999/none'"
        in run_cli("plot", "10.9999/none", "-o", goal, "--store", store, code=2).output
    )
    assert goal.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [goal]


def test_a_suffix_that_says_nothing_is_refused(store: Path, tmp_path: Path) -> None:
    told = run_cli("plot", DOI, "-o", tmp_path / "seed.gif", "--store", store, code=2).output
    assert "expected .json, .svg, .png, .html; say it by -f" in told
    told = run_cli("plot", DOI, "-o", tmp_path / "seed.svg", "-f", "json", "--store", store, code=2).output
    assert "drawn as json, the file would have the name of svg" in told
    assert not list(tmp_path.iterdir())


def test_a_dash_is_the_standard_output(store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for how in ((), ("-f", "json")):
        assert json.loads(run_cli("plot", DOI, "-o", "-", *how, "--store", store).stdout)["$schema"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("scale", ["nan", "NaN", "inf", "-inf", "0", "11", "two"])
def test_a_scale_that_is_none_is_refused(scale: str, store: Path, tmp_path: Path) -> None:
    told = run_cli("plot", DOI, "-o", tmp_path / "a.PNG", f"--scale={scale}", "--store", store, code=2).output
    assert "--scale" in told
    assert "0.1<=x<=10" in told or "not a valid float range" in told
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("scale", [float("nan"), -1.0])
def test_what_the_renderer_cannot_draw_is_an_error_of_ours(scale: float, seed: Picture) -> None:
    pytest.importorskip("vl_convert")
    with pytest.raises(InputError, match="the picture cannot be drawn"):
        write_picture(seed, "png", io.BytesIO(), scale=scale)


@pytest.mark.parametrize("form", ["svg", "png", "html"])
def test_a_panic_of_the_renderer_is_an_error_of_ours(
    form: str, seed: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    panic = type("PanicException", (BaseException,), {})

    def panics(*_: object, **__: object) -> None:
        raise panic("attempt to multiply with overflow\nat line 7")

    renderer = pytest.importorskip("vl_convert")
    monkeypatch.setattr(renderer, "vegalite_to_svg", panics)
    monkeypatch.setattr(renderer, "vegalite_to_png", panics)
    with pytest.raises(InputError, match="drawn: attempt to multiply with overflow; -f json"):
        write_picture(seed, form, io.BytesIO())


@pytest.mark.parametrize("form", [each for each in FORMS if each != "json"])
def test_a_missing_extra_is_told_with_what_to_type(
    form: str, seed: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **settings: Any) -> Any:
        if name == "vl_convert":
            raise ImportError(name)
        return real(name, *args, **settings)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"casegraph\[viz\]"), (tmp_path / "a").open("wb") as out:
        write_picture(seed, form, out)


def test_nothing_to_draw_is_told_and_no_empty_file(tmp_path: Path) -> None:
    empty = Picture("timeline", "Timeline", "Nothing to draw: no treatment.", {}, (), {}, ())
    with pytest.raises(InputError, match="no treatment"), (tmp_path / "a").open("wb") as out:
        write_picture(empty, "json", out)
    assert (tmp_path / "a").read_bytes() == b""
    with pytest.raises(InputError, match="no treatment"):
        empty.chart()


# a cohort


def test_a_cohort_is_drawn_by_the_name_of_its_query(store: Path) -> None:
    asked = ("plot", "cases_treated_with", "-p", "drug=IL-2", "--store", store)
    swimmer = json.loads(run_cli(*asked).stdout)
    responses = json.loads(run_cli(*asked, "--picture", "responses").stdout)
    assert swimmer["$schema"] == responses["$schema"]
    assert swimmer != responses
    assert "asked with the query's own example" not in run_cli(*asked).stderr
    assert "set it by -p NAME=VALUE" in run_cli("plot", "cases_treated_with", "--store", store).stderr


def test_a_specification_of_a_cohort_says_what_was_asked(store: Path) -> None:
    asked = ("plot", "cases_treated_with", "--store", store)
    said = json.loads(run_cli(*asked, "-p", "drug=IL-2").stdout)["title"]["subtitle"]
    assert said == ["Cases that were given a drug (cases_treated_with); drug: IL-2"]
    said = " ".join(json.loads(run_cli(*asked).stdout)["title"]["subtitle"])
    assert "(cases_treated_with); asked with the query's own example of drug: interleukin-2" in said


@pytest.mark.slow
def test_an_image_of_a_cohort_says_what_it_is_of_and_what_to_know(store: Path, tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    asked = ("plot", "cases_treated_with", "-p", "drug=IL-2", "--picture", "responses", "--store", store)
    run_cli(*asked, "-o", tmp_path / "some.svg")
    text = (tmp_path / "some.svg").read_text(encoding="utf-8")
    seen = " ".join(re.sub("<[^>]*>", " ", text).split())
    assert "(cases_treated_with); drug: IL-2" in seen
    assert "These are no rates of success" in seen
    assert "4 treatments given to 1 of 1 patient" in seen


@pytest.mark.slow
def test_an_image_of_a_case_has_its_notes(seed: Picture, tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    with (tmp_path / "seed.svg").open("wb") as out:
        write_picture(seed, "svg", out)
    text = (tmp_path / "seed.svg").read_text(encoding="utf-8")
    assert "how far apart they stand means nothing" in text
    assert len(seed.notes) > 3
    assert seed.spec["title"]["text"][0].startswith("Timeline")  # the picture itself stays as it is


@pytest.mark.slow
def test_a_page_holds_all_pictures_of_a_cohort(store: Path, tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    told = run_cli("plot", "cases_treated_with", "-o", tmp_path / "all.html", "--store", store).stderr
    assert "example of drug: interleukin-2" in told
    page = (tmp_path / "all.html").read_text(encoding="utf-8")
    tags = [tag for tag, _ in Tags(page).found]
    assert (tags.count("figure"), tags.count("h1"), tags.count("h2")) == (3, 1, 3)
    heading = re.search("<h1>(.*)</h1>", page)
    assert heading is not None
    assert "(cases_treated_with)" in heading[1]
    assert "example of drug: interleukin-2" in heading[1]
    assert "These are no rates of success" in page


def test_what_is_neither_a_case_nor_a_query_is_told(store: Path) -> None:
    told = run_cli("plot", "nosuch_query", "--store", store, code=2).output
    assert "no case and no stored query 'nosuch_query'" in told


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds a report on four patients and a group; do not write to it."""
    folder = tmp_path_factory.mktemp("registry") / "store"
    run_cli("load", *shipped("cases", "rituximab-registry-2011.yaml"), "--store", folder)
    return folder


@pytest.mark.slow
def test_of_a_report_on_several_patients_the_others_are_told(registry: Path) -> None:
    whole, folder = "10.3899/jrheum.101321", registry
    told = run_cli("plot", whole, "--store", folder).stderr
    assert f"tells of 5 patients or groups, and only {whole}/2 is drawn" in told
    assert told.strip().endswith(", ".join(f"{whole}/{each}" for each in ("4", "6", "8", "series")))
    assert json.loads(run_cli("plot", f"{whole}/8", "--store", folder).stdout)["$schema"]
    for report in (whole.upper(), f"https://doi.org/{whole}", f"{BASE}report/{whole}"):
        assert "and only" in run_cli("plot", report, "--store", folder).stderr
    for one in (f"{whole}/2", f"{whole.upper()}/2", f"{BASE}case/{whole}/2", f"<{BASE}case/{whole}/2>"):
        assert run_cli("plot", one, "--store", folder).stderr == ""


@pytest.mark.parametrize(
    ("done", "words"),
    {
        "shown": ("show", "{}"),
        "explained": ("why", "{}"),
        "written": ("export", "csv", "--case", "{}"),
        "asked for": ("query", "diagnoses", "-p", "case={}"),
    }.items(),
)
def test_so_they_are_wherever_a_report_stands_for_one(
    registry: Path, done: str, words: tuple[str, ...]
) -> None:
    whole, said = "10.3899/jrheum.101321", "patients or groups, and only"
    told = run_cli(*(each.format(whole) for each in words), "--store", registry).stderr
    line = next(each for each in told.splitlines() if said in each)
    assert line.startswith(f"the report tells of 5 {said} {whole}/2 is {done}; the others: ")
    assert line.endswith(", ".join(f"{whole}/{each}" for each in ("4", "6", "8", "series")))
    for one in (f"{whole}/4", f"case/{whole}/4", f"group/{whole}/series"):
        assert said not in run_cli(*(each.format(one) for each in words), "--store", registry).stderr


def test_those_that_are_named_too_are_no_others(registry: Path) -> None:
    whole = "10.3899/jrheum.101321"
    words = ("export", "csv", "--case", whole, "--case", f"{whole}/4", "--store", registry)
    (told,) = (each for each in run_cli(*words).stderr.splitlines() if "patients or groups" in each)
    assert f"and only {whole}/2, {whole}/4 are written; the others: {whole}/6, " in told


def test_what_is_no_cohort_has_no_picture_and_a_case_takes_no_parameter(store: Path) -> None:
    told = run_cli("plot", "diagnoses", "--store", store, code=2).output
    assert "diagnoses is no cohort" in told
    assert "cases_treated_with" in told
    told = run_cli("plot", DOI, "-p", "drug=IL-2", "--store", store, code=2).output
    assert "are for a stored query" in told


# what a store holds is text


@pytest.mark.slow
def test_hostile_labels_are_text_in_svg_and_page(hostile: Picture) -> None:
    pytest.importorskip("vl_convert")
    assert EVIL in {cell.text for row in hostile.rows for cell in row}
    hostile = replace(hostile, title=EVIL, summary=EVIL, notes=(EVIL,), columns={EVIL: EVIL})
    for text in (picture_svg(hostile), picture_page((hostile,))):
        tags = Tags(text).found
        assert len(tags) > 500
        assert not {"script", "img", "foreignobject", "iframe"} & {tag for tag, _ in tags}
        assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
        assert "&lt;script&gt;" in text


@pytest.mark.slow
def test_the_page_asks_for_nothing_and_each_mark_leads_to_its_row(seed: Picture) -> None:
    pytest.importorskip("vl_convert")
    tags = Tags(picture_page((seed,))).found
    policies = [each["content"] for tag, each in tags if tag == "meta" and "http-equiv" in each]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert not {"script", "link", "img", "object", "iframe"} & {tag for tag, _ in tags}
    assert not [each for _, each in tags if {"src", "srcset", "data"} & set(each)]
    rows = {each["id"] for tag, each in tags if tag == "tr" and "id" in each}
    claims = {row[-1].text.removeprefix("#") for row in seed.rows}
    assert rows == claims
    marks = {each["xlink:href"] for tag, each in tags if tag == "a" and "xlink:href" in each}
    assert {f"#{each}" for each in claims} <= marks
    assert marks - {f"#{each}" for each in claims} == {f"{SEED}#{each}" for each in TIMES}
    cells = {each["href"] for tag, each in tags if tag == "a" and "href" in each}
    assert cells == {f"{SEED}#{each}" for each in claims}


@pytest.mark.slow
def test_marks_of_an_svg_by_itself_lead_to_the_iris_of_their_claims(seed: Picture) -> None:
    pytest.importorskip("vl_convert")
    found = [each["xlink:href"] for tag, each in Tags(picture_svg(seed)).found if tag == "a"]
    assert len(found) > 100
    assert set(found) == {f"{SEED}{row[-1].text}" for row in seed.rows} | {f"{SEED}#{each}" for each in TIMES}
    assert "vega.github.io" not in picture_svg(seed)


def test_notebooks_get_text_as_text(hostile: Picture) -> None:
    shown = hostile._repr_mimebundle_()
    assert set(shown) == {"application/vnd.vegalite.v6+json", "text/plain", "text/html"}
    assert shown["application/vnd.vegalite.v6+json"] == hostile.spec
    assert {tag for tag, _ in Tags(shown["text/html"]).found} <= {
        "p",
        "strong",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    rows = Rows(("<b>",), ((Literal(EVIL),),))._repr_mimebundle_()
    assert {tag for tag, _ in Tags(rows["text/html"]).found} == {"table", "thead", "tbody", "tr", "th", "td"}
    assert rows["text/plain"].startswith("| <b> |")


def test_rows_in_notebooks_have_labels(seed_store: Store) -> None:
    asked = f"SELECT ?drug {{ GRAPH ?g {{ <{SEED}#hcq> <{CG}aboutConcept> ?drug }} }}"
    shown = Rows.read(seed_store.query(asked, union=False))._repr_mimebundle_()
    assert "<td>hydroxychloroquine (CHEBI:5801)</td>" in shown["text/html"]


# in Python


def test_a_store_gives_stories_and_pictures(store: Path, seed: Picture) -> None:
    cases = casegraph.open(store)
    assert isinstance(cases, CaseStore)
    assert cases.plot(DOI) == seed
    swimmer = cases.plot("cases_treated_with", drug="IL-2")
    assert swimmer.title == "Time on treatment: 1 case"
    assert cases.plot("cases_treated_with", picture="responses", drug="IL-2").name == "responses"
    for wrong in ((DOI, {"drug": "IL-2"}), ("cases_treated_with", {"picture": "pie"})):
        with pytest.raises(InputError, match=r"is no stored query|no picture 'pie'"):
            cases.plot(wrong[0], **wrong[1])
    story = cases.case(f"{DOI}/1")
    assert story.iri == SEED
    shown = story._repr_mimebundle_()
    assert shown["text/plain"] == str(story)
    for line in ("from il2-start: 1,000,000 IU", "Not stated: looked for, which is not absence"):
        assert line in str(story)
    told = re.findall("<li>(.*?)</li>", shown["text/html"])
    assert len(told) == sum(len(lines) for _, lines in story.parts) > 100


@pytest.mark.slow
def test_a_picture_is_a_chart_of_altair(seed: Picture) -> None:
    pytest.importorskip("altair")
    chart = seed.chart()
    views = chart.to_dict(validate=True)["vconcat"]
    assert [each["title"] for each in views] == [each["title"] for each in seed.spec["vconcat"]]
