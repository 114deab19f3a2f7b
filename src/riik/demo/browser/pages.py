"""A page as a person without a screen uses it: its address, its main form, what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import html

__all__ = ["Form", "Page"]


@dataclass(frozen=True, slots=True)
class Form:
    """A form with what already stands in its fields."""

    action: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was opened.

    Attributes:
        url: Where it came from in the end.
        content: Its HTML.
    """

    url: str
    content: bytes

    @property
    def form(self) -> Form | None:
        """The first form that the page's main part posts."""
        for found in self._tree().xpath("//main//form[@method='post']"):
            fields = {name: value or "" for name, value in found.form_values()}
            return Form(urljoin(self.url, found.get("action", "")), fields)
        return None

    def said(self, *, of: str = "", role: str = "") -> str:
        """What the first element of this class or this role says; empty where there is none."""
        path = f"//*[@role='{role}']" if role else f"//*[contains(@class, '{of}')]"
        found = self._tree().xpath(path)
        return " ".join(found[0].text_content().split()) if found else ""

    def _tree(self) -> html.HtmlElement:
        return html.document_fromstring(self.content.decode())
