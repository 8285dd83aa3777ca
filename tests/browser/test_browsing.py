"""What the browser tests look for is found where it is: each fault in a page of its own."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from browsing import NARROW, Browser

pytestmark = pytest.mark.slow

HEAD = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>x</title>'
    '<link rel="icon" href="/icon"><meta name="viewport" content="width=device-width, initial-scale=1">'
    "</head><body><main><h1>x</h1>"
)
SOUND = '<p><a href="/sound">a link</a> <button>a button</button></p>'
TRAP = "addEventListener('keydown', (event) => event.preventDefault())"
#: What a page has in it -> what is told of it.
FAULTS = {
    "<script>window.__pwned = 1</script>": "script: planted 1",
    "<img alt='' src='x' onerror='window.__pwned = 2'>": "script: planted 2",
    "<script>alert('here')</script>": "dialog: alert here",
    "<script>open('/sound')</script>": "dialog: open /sound",
    "<script>console.error('wrong')</script>": '"wrong"',
    "<script>missing()</script>": "missing is not defined",
    "<script>Promise.reject('late')</script>": "error: late",
    "<script>Object.prototype.polluted = 1</script>": "prototype: polluted",
    "<iframe title='x' srcdoc='x'></iframe>": "frame: about:srcdoc",
    "<img alt='' src='http://evil.example/x.png'>": "request: http://evil.example/x.png",
    "<link rel='stylesheet' href='http://127.0.0.1:9/x.css'>": "request: http://127.0.0.1:9/x.css",
    "<script>new WebSocket('ws://evil.example/')</script>": "request: ws://evil.example/",
    "<script>fetch('https://evil.example/').catch(() => 0)</script>": "request: https://evil.example/",
    "<img alt='' src='/missing.png'>": "error: IMG",
    "<figure class='picture' data-drawn='no' id='f'><div class='drawing'></div></figure>": "picture: f",
    "<a href='JavaScript:x()'>x</a>": "address: JavaScript:x()",
    "<svg><a xlink:href='data:text/html,x'><text>x</text></a></svg>": "address: data:text/html,x",
    "<form action='vbscript:x'></form>": "address: vbscript:x",
    "<p>\u202egnp.exe</p>": "text: what turns letters around: \u202egnp.exe",
}
#: The same under a content security policy, which stops it and tells.
STOPPED = {
    "<script>window.__pwned = 1</script>": "policy: script-src-elem inline",
    "<p onclick='x()' style='color: red'>x</p>": "policy: style-src-attr inline",
    "<img alt='' src='data:image/png;base64,AA'>": "policy: img-src data",
    "<img alt='' src='http://evil.example/x.png'>": "policy: img-src http://evil.example/x.png",
}


class _Pages(BaseHTTPRequestHandler):
    """Answers with the page that is set for an address."""

    def do_GET(self) -> None:
        """Send it."""
        body = self.server.pages.get(self.path)  # type: ignore[attr-defined]
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if self.path.startswith("/strict"):
            self.send_header("Content-Security-Policy", "default-src 'self'")
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Site:
    """A site of pages that a test makes."""

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
        self.pages: dict[str, str] = {"/icon": "", "/sound": HEAD + SOUND}
        self.server.pages = self.pages  # type: ignore[attr-defined]
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, content: str, path: str = "/page") -> str:
        """Put a page there, and return its address."""
        self.pages[path] = HEAD + content
        return self.address + path


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    opened = Site()
    yield opened
    opened.server.shutdown()


def test_a_sound_page_has_no_fault(site: Site, browser: Browser, axe: None) -> None:
    assert browser.visit(site.page(SOUND), width=NARROW) == []
    browser.hover()
    assert browser.faults() == browser.accessibility() == browser.sideways() == browser.keyboard() == []
    assert browser.requests[0] == site.address + "/page"


@pytest.mark.parametrize("content", FAULTS)
def test_a_fault_is_told(content: str, site: Site, browser: Browser) -> None:
    told = browser.visit(site.page(content))
    assert [each for each in told if FAULTS[content] in each], told


@pytest.mark.parametrize("content", STOPPED)
def test_what_the_policy_stops_is_told(content: str, site: Site, browser: Browser) -> None:
    told = browser.visit(site.page(content, "/strict"))
    assert [each for each in told if each.startswith(STOPPED[content])], told


def test_what_runs_below_the_mouse_is_told(site: Site, browser: Browser) -> None:
    assert browser.visit(site.page("<p onmouseover='window.__pwned = 3'>x</p>")) == []
    browser.hover()
    assert browser.faults() == ["script: planted 3"]


def test_a_file_may_ask_for_nothing(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "x.html"
    file.write_text(HEAD, encoding="utf-8")
    assert [each for each in browser.visit(file.as_uri()) if "icon" in each]
    file.write_text(HEAD.replace('<link rel="icon" href="/icon">', ""), encoding="utf-8")
    assert browser.visit(file.as_uri()) == []


@pytest.mark.parametrize("dark", [False, True])
def test_contrast_is_looked_at_in_both_schemes(dark: bool, site: Site, browser: Browser, axe: None) -> None:
    scheme = "dark" if dark else "light"
    style = (
        f"<style>@media (prefers-color-scheme: {scheme}) {{ p {{ color: #999; background: #fff }} }}</style>"
    )
    told = []
    for each in (False, True):
        browser.visit(site.page(style + "<p>text</p>"), dark=each)
        told.append([found.partition(":")[0] for found in browser.accessibility("color-contrast")])
    assert told == ([[], ["color-contrast"]] if dark else [["color-contrast"], []])


def test_what_axe_finds_is_told(site: Site, browser: Browser, axe: None) -> None:
    browser.visit(site.page("<img src='/icon'><input>"))
    assert {each.partition(":")[0] for each in browser.accessibility()} == {"image-alt", "label"}


@pytest.mark.parametrize(
    "content", ["<table><tr><td>" + "x" * 200 + "</table>", "<p style='margin-right: -20px'>x</p>"]
)
def test_a_page_that_is_too_wide_is_told(content: str, site: Site, browser: Browser) -> None:
    browser.visit(site.page(content), width=NARROW)
    assert len(browser.sideways()) == 1


def test_a_page_that_is_laid_out_for_a_desk_is_told(site: Site, browser: Browser) -> None:
    site.pages["/page"] = HEAD.replace("viewport", "x")
    browser.visit(site.address + "/page", width=NARROW)
    assert len(browser.sideways()) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<style>a { outline: none }</style>" + SOUND, "the focus is not seen"),
        ("<style>a { position: absolute; left: -999px }</style>" + SOUND, "the focus is not seen"),
        ("<a href='/sound'>one</a> <a href='/sound' tabindex='1'>two</a>", "comes after"),
        (SOUND + f"<script>{TRAP}</script>", "never came to"),
    ],
)
def test_what_the_keyboard_meets_is_told(content: str, told: str, site: Site, browser: Browser) -> None:
    browser.visit(site.page(content))
    assert [each for each in browser.keyboard() if told in each]
