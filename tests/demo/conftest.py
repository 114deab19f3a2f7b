"""The browser of the portal's tests, for the pages of the demonstration."""

from tests.portal.conftest import chromium, installed  # noqa: F401 - fixtures
