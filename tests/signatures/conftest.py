"""One country for all tests of a session: keys cost time, nothing in it changes."""

import pytest

from riik.testing.pki import make_pki


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
def pki():
    """Root, issuing authority, OCSP and time-stamps."""
    return make_pki()


@pytest.fixture(scope="session")
def mari(pki):
    """A person's signature key, P-384 as on the card."""
    return pki.person().signature


@pytest.fixture(scope="session")
def agency(pki):
    """An agency's e-seal, P-256."""
    return pki.seal()
