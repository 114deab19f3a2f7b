"""The ID token of TARA's shape: read, written again, and bent."""

import pytest

from riik.login import TokenRefused
from riik.login.tara import at_hash, read_id_token

CLAIMS = {
    "jti": "5b0c1f9e-0000-4000-8000-000000000001",
    "iss": "https://login.example",
    "aud": "demo-client",
    "exp": 1900000040,
    "iat": 1900000000,
    "nbf": 1900000000,
    "sub": "EE60001019906",
    "profile_attributes": {
        "date_of_birth": "2000-01-01",
        "given_name": "MARY ÄNN",
        "family_name": "O’CONNEŽ-ŠUSLIK TESTNUMBER",
    },
    "amr": ["mID"],
    "state": "c3RhdGU=",
    "acr": "high",
    "at_hash": "X0MVjwrmMQs/IBzfU2osvw==",
}


@pytest.mark.parametrize("more", [{}, {"nonce": "bm9uY2U="}], ids=["plain", "nonce"])
def test_a_token_is_written_as_it_was_read(more):
    claims = CLAIMS | more
    token = read_id_token(claims)
    assert (token.person, token.level, token.method) == ("EE60001019906", "high", "mID")
    assert token.claims() == claims


@pytest.mark.parametrize("name", [name for name in CLAIMS if name != "state"] + ["state"])
def test_each_claim_is_needed(name):
    with pytest.raises(TokenRefused) as caught:
        read_id_token({key: value for key, value in CLAIMS.items() if key != name})
    assert caught.value.why == "shape"


BENT = [
    ({"sub": "60001019906"}, "subject"),
    ({"amr": []}, "method"),
    ({"amr": ["idcard", "mID"]}, "method"),
    ({"amr": ["password"]}, "method"),
    ({"amr": "idcard"}, "shape"),
    ({"acr": "highest"}, "shape"),
    ({"exp": "1900000040"}, "shape"),
    ({"exp": 1900000000}, "times"),
    ({"nbf": 1}, "times"),
    ({"iat": 2**70, "nbf": 2**70, "exp": 2**70 + 1}, "times"),
    ({"at_hash": "X0MVjwrmMQs_IBzfU2osvw"}, "at-hash"),
    ({"profile_attributes": {}}, "shape"),
    (
        {"profile_attributes": {**CLAIMS["profile_attributes"], "date_of_birth": "1.1.2000"}},
        "shape",
    ),
]


@pytest.mark.parametrize(("change", "why"), BENT, ids=lambda value: str(value)[:40])
def test_a_bent_claim_is_refused(change, why):
    with pytest.raises(TokenRefused) as caught:
        read_id_token(CLAIMS | change)
    assert caught.value.why == why


def test_at_hash_is_padded_standard_base64_as_tara_has_it():
    assert len(at_hash("token")) == 24
    assert read_id_token(CLAIMS | {"at_hash": at_hash("token")}).at_hash == at_hash("token")
