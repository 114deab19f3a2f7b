"""Verification codes and device links."""

import json
from pathlib import Path

import pytest

from riik.login import TokenRefused
from riik.login.codes import device_link_auth_code, mobile_id_code, smart_id_code

CASES = json.loads(
    (Path(__file__).parents[1] / "vectors" / "login" / "codes.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_code_is_what_the_service_would_show(case):
    make = mobile_id_code if case["of"] == "mobile-id" else smart_id_code
    try:
        got = make(bytes.fromhex(case["hex"]))
    except TokenRefused as refused:
        got = refused.why
    assert got == case["expect"]


LINK = ("smart-id-demo", "", "", "REVNTw==", "", "", "", "https://smart-id.com/device-link/?x=1")


def test_each_part_of_a_device_link_counts():
    codes = {
        device_link_auth_code(b"s", parts=[*LINK[:at], "other", *LINK[at + 1 :]]) for at in range(8)
    }
    assert len(codes | {device_link_auth_code(b"s", parts=LINK)}) == 9


@pytest.mark.parametrize("parts", [LINK[:7], (*LINK, ""), ("a|b", *LINK[1:])], ids=len)
def test_a_device_link_has_eight_parts_without_separators(parts):
    with pytest.raises(TokenRefused):
        device_link_auth_code(b"s", parts=parts)
