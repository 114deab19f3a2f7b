"""A person at their computer: a browser without a screen, and pages as it uses them."""

from riik.demo.browser.pages import Form, Page
from riik.demo.browser.person import Browser, PageRefused

__all__ = ["Browser", "Form", "Page", "PageRefused"]
