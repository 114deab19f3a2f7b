"""Sites of the login, as a node's file names them."""

import pytest

from riik.formats.toml import TomlRefused, read_toml
from riik.login import ClientRefused
from riik.node.config import LoginClientSection
from riik.node.login import login_client

WHOLE = """
id = "clinic"
names = { en = "Linden Clinic" }
redirect-uris = ["https://clinic.example/back"]
secret-hash = "9bbc556b40cb16f142602def6738c6fd338ef4e99325e418d36c2122db7b028d"
"""


def read(text):
    return login_client(read_toml(text.encode(), LoginClientSection, name="node.toml"))


def test_a_site_has_strict_defaults():
    client = read(WHOLE)
    assert (client.pkce, client.auth, client.at_hash, client.member) == (
        True,
        "basic",
        "oidc",
        None,
    )
    assert len(client.secret_hash) == 32


@pytest.mark.parametrize(
    "line",
    [
        'secret-hash = "the secret itself"',
        'auth = "none"',
        'at-hash = "sha1"',
        'secret = "in the clear"',
        "redirect-uris = []",
    ],
)
def test_a_site_of_another_shape_is_refused(line):
    key = line.partition(" ")[0]
    kept = [one for one in WHOLE.splitlines() if not one.startswith(key + " ")]
    with pytest.raises(TomlRefused):
        read("\n".join([*kept, line]))


@pytest.mark.parametrize(
    "address", ["http://clinic.example/back", "https://*.example/back", "/back", "https://a.ee/#x"]
)
def test_a_site_s_address_is_whole_and_over_https(address):
    with pytest.raises(ClientRefused) as caught:
        read(WHOLE.replace("https://clinic.example/back", address))
    assert caught.value.why == "address"
