"""All pages of a store of hostile data, also those that links lead to, in both widths and both schemes."""

from __future__ import annotations

import re
from urllib.parse import urldefrag

import pytest
from browsing import NARROW, WIDE, Browser
from page_kinds import EVERY_KIND, KINDS, Kind
from serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.long]
#: What links lead to besides is data, which a browser shows as text or keeps as a file.
PAGES = re.compile(r"/((queries|cases|groups|reports|cohorts|ontology|docs|workbench)([/?].*)?)?")


def test_there_are_pages_to_visit() -> None:
    assert len(EVERY_KIND) >= 150


@pytest.mark.parametrize(("width", "dark"), [(WIDE, True), (NARROW, False)], ids=["wide and dark", "narrow"])
@pytest.mark.usefixtures("axe")
@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.name)
def test_every_page(kind: Kind, width: int, dark: bool, browser: Browser, hostile: Server) -> None:
    address = hostile.address + kind.path
    assert browser.visit(address, width=width, dark=dark, ready=kind.ready) == []
    browser.unfold()
    assert browser.sideways() == []
    assert [each for each in browser.accessibility() if each.partition(":")[0] not in kind.excused] == []


def test_all_that_links_lead_to(browser: Browser, hostile: Server) -> None:
    new, met, faults = {f"{hostile.address}/"}, set[str](), {}
    while new:
        address = new.pop()
        met.add(address)
        if found := browser.visit(address):
            faults[address] = found
        links = browser.run("return [...document.querySelectorAll('a[href]')].map((each) => each.href)")
        own = {urldefrag(each)[0] for each in links if each.startswith(f"{hostile.address}/")}
        pages = {each for each in own if PAGES.fullmatch(each.removeprefix(hostile.address))}
        new |= {each for each in pages if "format=" not in each} - met
    assert faults == {}
    assert len(met) >= 70


@pytest.mark.parametrize("kind", [each for each in KINDS if each.ours], ids=lambda kind: kind.name)
def test_the_keyboard_leads_to_the_end(kind: Kind, browser: Browser, hostile: Server) -> None:
    browser.visit(hostile.address + kind.path, ready=kind.ready)
    browser.unfold()
    assert browser.keyboard(10_000) == []
