"""The pictures of the first shipped case as a reader sees them: what must be legible is there, and whole."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import pytest
from browsing import NARROW, WIDE, Browser
from serving import Server

pytestmark = pytest.mark.slow
CASE = "/cases/10.1007/s13555-020-00421-8/1"
COHORT = "/cohorts/refractory_cases_responding"
#: As the report tells it: drugs with doses and units, outcomes with their direction, what marks mean.
TIMELINE = (
    *("hydroxychloroquine", "prednisone", "interleukin-2", "cyclosporin A"),
    *("200 mg 2x/day", "0.5 mg/kg/day", "1,000,000 IU 1x/week", "1,000,000 IU 2x/week", "100 mg/day"),
    *("50→30 mg/day", "30→20 mg/day", "20→10 mg/day"),
    *("improved", "worse", "resolved", "flare (muscle and skin)", "for “8 months”"),
    *("anti-PL-7 antibody", "positive", "negative", "not raised", "order as told; not to scale"),
    *("still given when last told of", "not stated whether it went on", "≈"),
)
SWIMMER = (
    "Miao 2020, patient 1",
    "at least 330 days",
    "months of 30.4 days",
    "first response",
    "flare",
)
RESPONSES = ("interleukin-2: given to 1 patient", "outcome told of 1", "patients", "no outcome told")
ANTIBODIES = ("anti-PL-7 antibody: 1 positive of 1 tested", "1/1")

#: The texts of a drawing with their boxes, as they stand on the page, and the box of the drawing itself.
_TEXTS = """
const drawing = document.querySelector(arguments[0] + " .drawing svg");
const boxed = (each) => {
  const { left, top, right, bottom } = each.getBoundingClientRect();
  return [left, top, right, bottom];
};
// the box of what is written aslant is larger than what is written
const aslant = (each) => { const { a, b } = each.getScreenCTM(); return Math.abs(a * b) > 0.1; };
const seen = [...drawing.querySelectorAll("text")].filter((each) => each.textContent.trim());
return [boxed(drawing), seen.map((each) => [each.textContent, ...boxed(each), aslant(each)])];
"""
#: Letters reach into the space between lines: boxes may share so many pixels.
_SHARED = 3.0


class Text(NamedTuple):
    """A text of a drawing, with its box in CSS pixels."""

    said: str
    left: float
    top: float
    right: float
    bottom: float
    is_aslant: bool

    def holds(self, other: Text) -> bool:
        """Tell whether the other lies within this."""
        return self.left - 1 <= other.left and other.right <= self.right + 1

    def covers(self, other: Text) -> bool:
        """Tell whether the two cannot both be read."""
        if self.said == other.said or self.is_aslant or other.is_aslant:
            return False  # one sign twice at one place is one sign
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > _SHARED and down > _SHARED + 1


MUST: dict[str, dict[str, tuple[str, ...]]] = {
    CASE: {"#_timeline": TIMELINE},
    COHORT: {"#swimmer": SWIMMER, "#responses": RESPONSES, "#antibodies": ANTIBODIES},
}


def texts(browser: Browser, picture: str) -> tuple[Text, list[Text]]:
    """Return the box of a drawing, and its texts."""
    box: list[float]
    found: list[Any]
    box, found = browser.run(_TEXTS, picture)
    left, top, right, bottom = box
    return Text("", left, top, right, bottom, False), [Text(*each) for each in found]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("page", [CASE, COHORT], ids=["case", "cohort"])
def test_pictures_are_legible(page: str, width: int, browser: Browser, served: Server) -> None:
    assert browser.visit(served.address + page, width=width) == []
    for picture, must in MUST[page].items():
        drawing, found = texts(browser, picture)
        everything = " ".join(each.said for each in found)
        told = browser.run("return document.querySelector(arguments[0]).innerText", picture)
        assert [each for each in must if each not in everything and each not in told] == []
        assert [each.said for each in found if not drawing.holds(each)] == []
        pairs = ((a, b) for number, a in enumerate(found) for b in found[number + 1 :])
        assert [(a.said, b.said) for a, b in pairs if a.covers(b)] == []
        assert [each.said for each in found if each.said.endswith("…")] == []


#: Of each part of a picture on paper: its size against that on the screen, the texts that are whole in it,
#: and those that its edges cut.
_ON_PAPER = """
dispatchEvent(new Event("beforeprint"));
return [...document.querySelectorAll("figure.picture .sheets svg")].map((sheet) => {
  const { top, bottom, width } = sheet.getBoundingClientRect();
  const whole = [], cut = [];
  for (const each of sheet.querySelectorAll("text")) {
    const box = each.getBoundingClientRect();
    if (!each.textContent.trim() || box.bottom < top + 1 || box.top > bottom - 1) continue;
    (box.top >= top - 1 && box.bottom <= bottom + 1 ? whole : cut).push(each.textContent);
  }
  return [width / sheet.viewBox.baseVal.width, whole, cut];
});
"""
_COLOURS = """
const [body, page] = [document.body, document.documentElement].map((each) => getComputedStyle(each));
const shown = (what) => [...document.querySelectorAll(what)].filter((each) => each.checkVisibility()).length;
return [body.color, page.backgroundColor, shown("nav, form, button, .drawing"), shown("details[open]")];
"""
#: What stands in each part of the timeline, as the report tells it.
PANELS = {
    "Treatments": {
        *("hydroxychloroquine", "prednisone, from start", "prednisone, from csa-start", "interleukin-2"),
        *("cyclosporin A", "200 mg 2x/day"),
    },
    "What became of it, by part of the disease": {"improved (slight), within 183 days", "worse"},
    "Course": {"flare (muscle and skin)"},
    "Tests": {"anti-PL-7 antibody", "positive", "negative"},
}


def test_a_case_on_paper_is_light_and_short_and_its_picture_is_cut_between_panels(
    browser: Browser, served: Server
) -> None:
    assert browser.visit(served.address + CASE, width=794, dark=True) == []
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": [dark]})
    parts = browser.run(_ON_PAPER)
    assert len(parts) >= 7
    for panel, told in PANELS.items():
        (whole,) = (set(each) for _, each, _ in parts if panel in each)
        assert told <= whole
    assert {text for _, _, cut in parts for text in cut} == set()
    assert min(scale for scale, _, _ in parts) > 0.8
    assert browser.run(_COLOURS) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)", 0, 0]
    browser.run("dispatchEvent(new Event('afterprint'))")
    # as if it were one panel, which is taller than three sheets
    browser.run(
        "for (const each of document.querySelectorAll('[class*=concat_]')) each.removeAttribute('class')"
    )
    parts = browser.run(_ON_PAPER)
    assert len(parts) in (4, 5)
    assert {text for _, _, cut in parts for text in cut} == set()
    drawn = browser.run(
        "return [...document.querySelectorAll('.drawing text')].map((each) => each.textContent)"
    )
    assert sum(len(whole) for _, whole, _ in parts) == len([each for each in drawn if each.strip()])
    browser.run("dispatchEvent(new Event('afterprint'))")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    sheets = base64.b64decode(browser.driver.print_page()).count(b"/Type /Page\n")
    assert 8 < sheets <= 24  # with all that is folded away it is more than 50
    assert browser.run("return document.querySelectorAll('.sheets').length") == 0
    assert browser.faults() == []
