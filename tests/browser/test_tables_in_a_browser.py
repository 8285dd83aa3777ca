"""The tables of a case on a small screen: no word of a cell is printed over the next."""

from __future__ import annotations

import pytest
from browsing import NARROW, Browser
from serving import Server

pytestmark = pytest.mark.slow
CASE = "/cases/10.1007/s13555-020-00421-8/1"
#: The cells of all tables whose content reaches beyond them, and how many cells there are.
_OVER = """
const cells = [...document.querySelectorAll(".wide th, .wide td")];
const isOver = (cell) => {
  const held = document.createRange();
  held.selectNodeContents(cell);
  const edge = cell.getBoundingClientRect().right + 1;
  return [...held.getClientRects()].some((each) => each.right > edge);
};
return [cells.length, cells.filter(isOver).map((each) => each.textContent)];
"""


def test_no_word_of_a_table_stands_over_the_next_column(browser: Browser, served: Server) -> None:
    assert browser.visit(served.address + CASE, width=NARROW) == []
    browser.unfold()
    count, over = browser.run(_OVER)
    assert count > 100
    assert over == []
    assert browser.sideways() == []
