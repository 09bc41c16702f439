"""Pages as tests read them: elements, labels, what a form would send, and the rules that hold for every page."""

from html.parser import HTMLParser

import httpx

STRICT = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "connect-src": ["'self'"],
    "worker-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
# The code editor writes styles at run time; icons and fonts may lie in a stylesheet.
LENIENT = {"style-src": {"'self'", "'unsafe-inline'"}, "img-src": {"'self'", "data:"}, "font-src": {"'self'", "data:"}}


class Page(HTMLParser):
    """A page's elements in order, each a tag with its attributes and the text that follows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        """Note its text."""
        if self.elements and data.strip():
            tag, attributes, _ = self.elements[-1]
            self.elements[-1] = (tag, attributes, data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every such element."""
        return [attributes for each, attributes, _ in self.elements if each == tag]

    def texts(self, tag: str) -> list[str]:
        """Return the text of every such element."""
        return [text for each, _, text in self.elements if each == tag]

    def field(self, name: str) -> dict[str, str | None]:
        """Return the attributes of a form's field."""
        [field] = [each for each in self.all("input") if each.get("name") == name]
        return field

    @property
    def problem(self) -> str | None:
        """What the page says aloud; None where nothing is wrong."""
        alerts = [text for tag, given, text in self.elements if tag == "p" and given.get("role") == "alert"]
        return alerts[0] if alerts else None

    def fields(self, action: str) -> dict[str, str]:
        """Return what the form of this action would send as it stands: its fields with their values."""
        inside, found = False, {}
        for tag, given, _ in self.elements:
            inside = given.get("action") == action if tag == "form" else inside
            if inside and tag == "input":
                found[str(given["name"])] = given.get("value") or ""
        return found


def directives(response: httpx.Response) -> dict[str, list[str]]:
    """Return the page's Content-Security-Policy."""
    given = [each.split() for each in response.headers["content-security-policy"].split(";")]
    return {name: sources for name, *sources in given}


def require_a_good_page(response: httpx.Response) -> Page:
    """Return the page, for people and for screen readers, that nothing foreign can load, run or frame."""
    page = Page(response.text)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert page.all("html") == [{"lang": "en"}]
    assert (len(page.all("main")), len(page.all("h1"))) == (1, 1)
    assert page.texts("title")[0] == f"{page.texts('h1')[0]} · Reseller dashboard"
    _require_labels(page)
    _require_nothing_inline(page)
    given = directives(response)
    assert {name: sources for name, sources in given.items() if name not in LENIENT} == STRICT
    assert (response.headers["x-content-type-options"], response.headers["referrer-policy"]) == (
        "nosniff",
        "same-origin",
    )
    assert response.headers["cache-control"] == "no-store"
    return page


def _require_labels(page: Page) -> None:
    visible = [field for field in page.all("input") if field.get("type") != "hidden"]
    ids = [str(given["id"]) for _, given, _ in page.elements if "id" in given]
    assert [label["for"] for label in page.all("label")] == [field["id"] for field in visible]
    assert [text for text in page.texts("label") + page.texts("button") if not text] == []
    assert [field["name"] for field in visible if "autocomplete" not in field] == []
    assert sorted(set(ids)) == sorted(ids)
    named = {
        given[name]
        for _, given, _ in page.elements
        for name in ("aria-describedby", "aria-labelledby")
        if name in given
    }
    assert named <= set(ids)


def _require_nothing_inline(page: Page) -> None:
    attributes = {name for _, given, _ in page.elements for name in given}
    assert {name for name in attributes if name.startswith("on") or name == "style"} == set()
    assert [script for script in page.all("script") if "src" not in script] == []
    assert page.all("style") == []
