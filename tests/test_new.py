"""``casegraph new``: a skeleton that is valid but for what is to be filled in, and whose examples all are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from casegraph.cli import commands
from casegraph.curate.citation import Citation, identifier, read_citation
from casegraph.curate.fmt import formatted
from casegraph.curate.new import EXTENTS, SCHEMA_FILE, skeleton
from casegraph.errors import InputError
from casegraph.loaders import read_document
from casegraph.namespaces import expand
from casegraph.terms import shipped_terms

EXAMPLE = re.compile(r"^( *)# (?!#)", re.MULTILINE)
CARE = [
    "Title", "Key words", "Abstract", "Introduction", "Patient information", "Clinical findings", "Timeline",
    "Diagnostic assessment", "Therapeutic intervention", "Follow-up and outcomes", "Discussion",
    "Patient perspective", "Informed consent",
]  # fmt: skip
#: The same made-up paper in four formats, as the tools that are named write it.
CITATIONS = {
    "CSL-JSON of a DOI resolver": json.dumps(
        {
            "type": "journal-article",
            "title": ["A <i>made-up</i> case &amp; its end"],
            "author": [
                {"given": "Jane", "family": "Doe", "sequence": "first"},
                {"given": "Jan", "non-dropping-particle": "van", "family": "Roe"},
            ],
            "container-title": ["Journal of Cases"],
            "issued": {"date-parts": [[2020, 7, 9]]},
            "DOI": "10.1000/XYZ",
            "ISSN": ["1234-5678"],
            "volume": "10",
            "issue": "5",
            "publisher": "Example Press",
        }
    ),
    "CSL-JSON of a reference manager": json.dumps(
        [
            {
                "id": "doe",
                "type": "article-journal",
                "title": "A made-up case & its end",
                "author": [{"family": "Doe", "given": "Jane"}, {"family": "van Roe", "given": "Jan"}],
                "container-title": "Journal of Cases",
                "issued": {"date-parts": [["2020", 7, 9]]},
                "DOI": "10.1000/xyz",
                "ISSN": "1234-5678",
                "volume": "10",
                "issue": "5",
                "publisher": "Example Press",
                "note": "PMID: 12345\nPMCID: PMC1",
            }
        ]
    ),
    "RIS": (
        "TY  - JOUR\r\nAU  - Doe, Jane\r\nAU  - van Roe, Jan\r\nPY  - 2020\r\nDA  - 2020/07/09\r\n"
        "TI  - A made-up case & its end\r\nJO  - Journal of Cases\r\nVL  - 10\r\nIS  - 5\r\n"
        "SN  - 1234-5678\r\nPB  - Example Press\r\n"
        "UR  - https://doi.org/10.1000/xyz\r\nDO  - 10.1000/xyz\r\nER  - \r\n"
    ),
    "MEDLINE": (
        "\nPMID- 12345\nOWN - NLM\nIS  - 1234-5678 (Electronic)\nVI  - 10\nIP  - 5\nDP  - 2020 Jul 9\n"
        "TI  - A made-up case\n      & its end.\nLID - 10.1000/xyz [doi]\nAB  - BACKGROUND: Something\n"
        "      else - and more.\nFAU - Doe, Jane\nAU  - Doe J\nFAU - van Roe, Jan\nAU  - van Roe J\n"
        "PB  - Example Press\nJT  - Journal of Cases\n"
    ),
    "BibTeX": (
        "@article{doe_2020,\n  title = {A made-up case \\& its end},\n"
        "  author = {Doe, Jane and van Roe, Jan},\n  journal = {Journal of Cases},\n"
        "  year = 2020, month = jul, day = 9, volume = {10}, number = {5},\n"
        "  publisher = {Example Press}, issn = {1234-5678}, DOI = {10.1000/xyz}\n}\n"
    ),
}


def run(*args: str | Path, code: int = 0, stdin: str | bytes | None = None) -> tuple[str, str]:
    result = CliRunner().invoke(commands, [str(arg) for arg in args], input=stdin)
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


def uncommented(text: str) -> str:
    """Return a skeleton with all its examples as entries; the first line is for the editor."""
    head, _, rest = text.partition("\n")
    return head + "\n" + EXAMPLE.sub(r"\1", rest)


def blocks(text: str) -> list[str]:
    """Return a skeleton once for each of its examples, with that one alone as an entry."""
    lines = text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if number and re.match(r" *# [a-z][\w-]*:", line)]
    made = []
    for start in starts:
        end = start + 1
        while end < len(lines) and re.match(r" *#   ", lines[end]):
            end += 1
        changed = [EXAMPLE.sub(r"\1", line) for line in lines[start:end]]
        made.append("".join([*lines[:start], *changed, *lines[end:]]))
    return made


def filled(extent: str = "fullText") -> str:
    return skeleton(
        Citation(title="A case", doi="10.1000/xyz"), extent=extent, by="Jane Doe", date="2026-01-02"
    )


# -- the skeleton


def test_only_what_is_to_be_filled_in_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    _, said = run("new", "10.1000/xyz", "-o", path)
    assert f"casegraph check {path}" in said
    assert f"casegraph schema -o {tmp_path / SCHEMA_FILE}" in said
    lines = path.read_text(encoding="utf-8").splitlines()
    problems = json.loads(run("check", path, "-f", "json", code=1)[0])
    assert [lines[problem["line"] - 1] for problem in problems] == [
        "  title:  ## fill in: the title as printed",
        "  by:  ## fill in: your name",
    ]
    complete = "\n".join(lines).replace("title:  ##", "title: A case #").replace("by:  ##", "by: Me #")
    path.write_text(complete, encoding="utf-8")
    run("check", path)


@pytest.mark.slow
@pytest.mark.parametrize("extent", EXTENTS)
def test_every_example_is_an_entry_that_holds(extent: str, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(uncommented(filled(extent)), encoding="utf-8")
    assert "no problem" in run("check", path)[0]
    report, case = read_document(path).document.report, read_document(path).document.cases["1"]
    assert report.extent == extent
    assert report.literature
    assert report.publication
    assert case.findings.present
    assert case.findings.absent
    assert case.treatments[0].doses
    assert case.responses
    assert case.adverse_events.observed
    assert bool(case.not_reported) is (extent == "fullText")
    verdict, _ = run("validate", path)
    assert "0 violations" in verdict or "no violation" in verdict


def test_the_terms_of_the_examples_have_their_labels() -> None:
    terms = shipped_terms()
    named = re.findall(r"'([A-Za-z]+:\w+) ([^']+)'", filled())
    assert len(named) >= 12
    for curie, label in named:
        assert terms.label(expand(curie)) == label


@pytest.mark.parametrize("extent", ["fullText", "abstractOnly"])
def test_each_example_can_be_taken_alone(extent: str, tmp_path: Path) -> None:
    made = blocks(filled(extent))
    assert len(made) >= 14
    path = tmp_path / "case.yaml"
    for text in made:
        path.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(commands, ["check", str(path), "-f", "json"])
        codes = {problem["code"] for problem in json.loads(result.stdout)}
        # an outcome needs the treatment that it is an outcome of, and a statement what it is about
        assert codes <= {"unknown-treatment", "unknown-claim"}, text


def test_the_headings_are_the_items_of_care_in_their_order() -> None:
    headings = re.findall(r"^ *## CARE (\d+)\. (\w[\w -]*\w)", filled(), re.MULTILINE)
    in_order = [(str(number), name) for number, name in enumerate(CARE, start=1)]
    assert [heading for heading in headings if headings.count(heading) == 1] == in_order[:-1]
    assert headings.count(in_order[-1]) == 2  # consent is said of the report, and has its place at the end
    assert headings[-1] == in_order[-1]


def test_the_first_line_leads_an_editor_to_the_schema() -> None:
    assert filled().splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA_FILE}"


@pytest.mark.parametrize("extent", EXTENTS)
def test_a_skeleton_is_in_the_style_of_fmt(extent: str, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(filled(extent), encoding="utf-8")
    assert formatted(path) == (filled(extent), filled(extent))
    assert max(map(len, filled(extent).splitlines())) <= 110


def test_a_skeleton_that_was_filled_in_can_be_formatted(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(uncommented(filled()), encoding="utf-8")
    before = read_document(path).document
    run("fmt", path)
    assert read_document(path).document == before
    text = path.read_text(encoding="utf-8")
    for number, key in (("6", "findings"), ("7", "zero_point"), ("8", "diagnoses"), ("10", "responses")):
        assert re.search(rf"## CARE {number}\. [^\n]*\n(?: *##[^\n]*\n)*    {key}:", text), number


# -- what was pasted


@pytest.mark.parametrize("kind", CITATIONS)
def test_a_citation_fills_the_bibliography(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    run("new", "10.1000/xyz", "--from", "-", "--by", "Jane Doe", "-o", path, stdin=CITATIONS[kind])
    assert "no problem" in run("check", path)[0]
    report = read_document(path).document.report
    assert report.title == "A made-up case & its end"
    assert report.authors == ("Jane Doe", "Jan van Roe")
    assert report.journal == "Journal of Cases"
    assert report.publisher == "Example Press"
    assert report.issued == "2020-07-09"
    assert report.issue == "10(5)"
    assert report.issn == ("1234-5678",)
    assert report.doi == "10.1000/xyz"
    assert report.pmid == ("12345" if "12345" in CITATIONS[kind] else None)


def test_a_citation_comes_from_a_file(tmp_path: Path) -> None:
    saved = tmp_path / "citation.nbib"
    saved.write_text(CITATIONS["MEDLINE"], encoding="utf-8")
    out, _ = run("new", "pmid:12345", "--from", saved, "--title", "Another title", "--extent", "abstractOnly")
    assert "  title: Another title\n" in out
    assert "  pmid: '12345'\n  journal: Journal of Cases\n" in out
    assert "  doi: 10.1000/xyz\n" in out
    assert "  extent: abstractOnly\n" in out
    assert "case-presentation" not in out


def test_the_one_citation_of_several_is_taken() -> None:
    several = CITATIONS["RIS"] + CITATIONS["RIS"].replace("10.1000/xyz", "10.1000/abc").replace(
        "A made", "Un made"
    )
    assert len(read_citation(several)) == 2
    assert "title: Un made-up case & its end\n" in run("new", "10.1000/abc", "--from", "-", stdin=several)[0]
    assert "10.1000/other" in run("new", "10.1000/other", "--from", "-", stdin=several, code=2)[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Doe J. A case. J Cases 2020.", "expected CSL-JSON, RIS, MEDLINE (.nbib) or BibTeX"),
        ("{", "not JSON"),
        ("[]", "cut off or damaged"),
        ("@article{a, title={A", "cut off or damaged"),
        ("", "no citation"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_what_is_no_citation_is_told(text: str | bytes, said: str) -> None:
    _, error = run("new", "10.1000/xyz", "--from", "-", stdin=text, code=2)
    assert said in error
    assert "the pasted text" in error


def test_what_a_title_may_hold_is_quoted(tmp_path: Path) -> None:
    title = "Yes: 2020 \u2013 “a” # 'case' {of} [IL-2] & *more*\u2028"
    path = tmp_path / "case.yaml"
    run("new", "10.1000/xyz", "--title", title, "--by", "no", "-o", path)
    document = read_document(path).document
    assert document.report.title == title
    assert document.curation is not None
    assert document.curation.by == "no"


@pytest.mark.parametrize(
    ("text", "doi", "pmid"),
    [
        ("10.1000/xyz", "10.1000/xyz", None),
        ("https://doi.org/10.1000/xyz", "10.1000/xyz", None),
        ("http://dx.doi.org/10.1000/xyz", "10.1000/xyz", None),
        ("doi: 10.1000/xyz", "10.1000/xyz", None),
        ("pmid:12345", None, "12345"),
        ("PMID: 12345", None, "12345"),
        ("https://pubmed.ncbi.nlm.nih.gov/12345/", None, "12345"),
    ],
)
def test_a_paper_is_named_in_several_ways(text: str, doi: str | None, pmid: str | None) -> None:
    assert identifier(text) == Citation(doi=doi, pmid=pmid)


@pytest.mark.parametrize("text", ["12345", "10.1000", "smith-2024", "https://example.org/10.1000/xyz", ""])
def test_what_names_no_paper_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no DOI and no PubMed number"):
        identifier(text)


def test_a_bare_number_is_asked_about() -> None:
    assert "write pmid: before a PubMed number" in run("new", "12345", code=2)[1]


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        ("2020", "2020"), ("2020 Jul", "2020-07"), ("2020 Jul-Aug", "2020-07"), ("2020/07/09/", "2020-07-09"),
        ("2020///Summer", "2020"), ("2020 Winter", "2020"), ("2020-07", "2020-07"), ("n.d.", None),
    ],
)  # fmt: skip
def test_dates_as_citations_write_them(printed: str, date: str | None) -> None:
    (found,) = read_citation(f"TY  - JOUR\nTI  - A\nPY  - {printed}\nER  - \n")
    assert found.issued == date


# -- the file


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("mine", encoding="utf-8")
    _, said = run("new", "10.1000/xyz", "-o", path, code=2)
    assert "there already" in said
    assert path.read_text(encoding="utf-8") == "mine"
    assert "cannot be written" in run("new", "10.1000/xyz", "-o", tmp_path / "no" / "case.yaml", code=2)[1]


def test_without_a_file_it_goes_to_the_standard_output() -> None:
    out, said = run("new", "https://doi.org/10.1000/xyz")
    assert out.splitlines()[0].startswith("# yaml-language-server")
    assert "  doi: 10.1000/xyz\n" in out
    assert said == ""


def test_a_date_with_the_day_or_the_month_first_is_asked_about(tmp_path: Path) -> None:
    citation = tmp_path / "citation.ris"
    citation.write_text(
        "TY  - JOUR\nTI  - A case\nDO  - 10.5555/made-up\nPY  - 09/07/2020\nER  - \n", encoding="utf-8"
    )
    _, said = run("new", "10.5555/made-up", "--from", citation, code=2)
    assert "9 July or 7 September 2020" in said
    assert "'2020-07-09' or '2020-09-07'" in said
