"""Every kind of page of a store of hostile data, in a real browser: safe, accessible, narrow, by keyboard."""

from __future__ import annotations

import pytest
from browsing import NARROW, WIDE, Browser
from page_kinds import KINDS, Kind
from selenium.webdriver.common.keys import Keys
from serving import Server

pytestmark = pytest.mark.slow
LOOKED_AT = [pytest.param(each, marks=[pytest.mark.long] * each.large, id=each.name) for each in KINDS]
STYLED = [each for each in KINDS if each.styled]
#: Of the controls of a page, as many as the key Tab comes to in a second or two.
MOST = 60


def visited(
    browser: Browser, server: Server, kind: Kind, *, width: int = WIDE, dark: bool = False
) -> list[str]:
    """Visit a page, unfold all of it, and return its faults."""
    faults = browser.visit(server.address + kind.path, width=width, dark=dark, ready=kind.ready)
    assert browser.requests[0] == server.address + kind.path
    browser.unfold()
    return faults


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_of_the_data_runs(kind: Kind, browser: Browser, hostile: Server) -> None:
    assert visited(browser, hostile, kind) == []
    browser.hover()
    assert browser.faults() == []
    assert kind.shows in browser.run("return document.body.textContent")


@pytest.mark.parametrize("kind", LOOKED_AT)
def test_it_is_accessible_and_fits_a_telephone(
    kind: Kind, browser: Browser, hostile: Server, axe: None
) -> None:
    assert visited(browser, hostile, kind, width=NARROW) == []
    assert browser.sideways() == []
    found = browser.accessibility()
    assert [each for each in found if each.partition(":")[0] not in kind.excused] == []
    assert len(found) == len(kind.excused)


@pytest.mark.parametrize("kind", STYLED, ids=lambda kind: kind.name)
def test_it_can_be_read_in_the_dark(kind: Kind, browser: Browser, hostile: Server, axe: None) -> None:
    assert visited(browser, hostile, kind, dark=True) == []
    assert browser.accessibility("color-contrast") == []


@pytest.mark.parametrize("kind", STYLED, ids=lambda kind: kind.name)
def test_the_keyboard_leads_through_it(kind: Kind, browser: Browser, hostile: Server) -> None:
    visited(browser, hostile, kind)
    browser.tabs(1)
    assert browser.run("return document.activeElement.className") == "skip"
    browser.presses(Keys.ENTER)
    assert browser.run("return location.hash") == "#_main"
    browser.tabs(1)
    assert browser.run("return document.activeElement.closest('main, footer') !== null")
    visited(browser, hostile, kind)
    assert browser.keyboard(MOST) == []
