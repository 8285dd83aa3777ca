"""The marks of a timeline by the keyboard: one stop of the key Tab, and each mark says what is told of it."""

from __future__ import annotations

import pytest
from browsing import Browser
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from serving import Server

pytestmark = pytest.mark.slow
CASE = "/cases/10.1007/s13555-020-00421-8/1"
_FIRST = "document.querySelector('figure.picture .drawing [tabindex=\"0\"]').focus()"
#: What the mark with the focus is called, and what stands beside it; nothing where nothing does.
_TOLD = """
const tip = document.querySelector("figure.picture .tip");
return [document.activeElement.getAttribute("aria-label"), tip.hidden ? "" : tip.textContent];
"""
_STOPS = "return document.querySelectorAll('figure.picture .drawing, .drawing [tabindex]').length"
#: Whether a mark leaves to the browser a key that is pressed with a modifier.
_IS_LEFT = """
const key = new KeyboardEvent("keydown", {key: arguments[0], [arguments[1]]: true, cancelable: true});
return document.activeElement.dispatchEvent(key);
"""
_ZERO = "return document.querySelectorAll('.drawing [tabindex=\"0\"], .drawing[tabindex]').length"


def test_arrow_keys_lead_from_mark_to_mark_and_enter_to_the_claim(browser: Browser, served: Server) -> None:
    assert browser.visit(served.address + CASE) == []
    browser.run(_FIRST)
    browser.presses(Keys.ARROW_DOWN + Keys.ARROW_UP)
    told = [browser.run(_TOLD)]
    for _ in range(browser.run(_STOPS) - 2):
        browser.presses(Keys.ARROW_DOWN)
        told.append(browser.run(_TOLD))
    names = [name for name, _ in told]
    assert names == [beside for _, beside in told]
    assert names[:2] == ["1 panel-1: when is not told, not after start, before treatment", "2 start: day 0"]
    started = [name for name in names if name.startswith("treatment episode: ")]
    assert len(started) == 5  # prednisone was given up and begun again
    assert "treatment episode: interleukin-2: from il2-start, still given at writing" in started
    flares = [name for name in names if name.startswith("flare (muscle and skin)")]
    assert len(flares) == 1
    browser.presses(Keys.ARROW_DOWN)
    assert browser.run(_TOLD)[0] == names[-1]
    assert browser.run(_ZERO) == 1
    browser.presses(Keys.ESCAPE)
    assert browser.run(_TOLD) == [names[-1], ""]
    browser.presses(Keys.HOME + Keys.ARROW_RIGHT + Keys.ENTER)
    assert browser.run("return location.hash") == "#start"
    browser.driver.back()
    WebDriverWait(browser.driver, 5).until(lambda _: browser.run(_TOLD) == ["2 start: day 0"] * 2)
    assert browser.faults() == []


def test_a_picture_is_one_stop(browser: Browser, served: Server) -> None:
    browser.visit(served.address + CASE)
    browser.run(_FIRST)
    browser.presses(Keys.ARROW_DOWN + Keys.ARROW_DOWN)
    browser.tabs(1)
    assert browser.run("return document.activeElement.closest('.drawing') === null")
    ActionChains(browser.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
    assert browser.run(_TOLD)[0].startswith("3 first-improvement")


def test_keys_with_a_modifier_are_left_to_the_browser(browser: Browser, served: Server) -> None:
    browser.visit(served.address + CASE)
    browser.run(_FIRST)
    for key, modifier in (("ArrowRight", "altKey"), ("End", "ctrlKey"), ("Enter", "metaKey")):
        assert browser.driver.execute_script(_IS_LEFT, key, modifier)
    assert not browser.driver.execute_script(_IS_LEFT, "ArrowRight", "none")
