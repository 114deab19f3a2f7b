"""ISO 20022 messages: written, read again, and refused where their money does not add up."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from riik.core import Money
from riik.formats.payments.camt054 import Movement, Told, read_camt054, write_camt054
from riik.formats.payments.messages import Iso20022Refused
from riik.formats.payments.pain001 import Initiation, Transfer, read_pain001, write_pain001
from riik.formats.payments.pain002 import Report, Status, read_pain002, write_pain002

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = date(2026, 11, 30)
IBAN, OTHER = "EE471000001020145685", "GB82WEST12345698765432"


def asked(*minors, currency="EUR"):
    transfers = [
        Transfer(
            id=f"r-{n}", amount=Money(currency, minor), account=OTHER, name="Mari", text="Back"
        )
        for n, minor in enumerate(minors)
    ]
    return Initiation(id="m1", at=AT, payer="Amet", account=IBAN, day=DAY, transfers=transfers)


def told(*movements):
    return Told(id="n1", at=AT, account=IBAN, movements=list(movements))


def came(minor, *, name="b1", currency="EUR", **other):
    usual = {"day": DAY, "reference": "RF18539007547034", "other": OTHER}
    return Movement(id=name, amount=Money(currency, minor), **usual | other)


def report(*statuses):
    return Report(id="p1", at=AT, about="m1", statuses=list(statuses))


def changed(content, old, new):
    assert old in content
    return content.replace(old, new)


def tags(content, path):
    """Names of the children down a path, in their order."""
    root = etree.fromstring(content)
    found = root.find("/".join(f"{{*}}{tag}" for tag in path))
    return [etree.QName(child).localname for child in found]


MONEY = st.builds(Money, st.sampled_from(["EUR", "VND"]), st.integers(1, 10**12))


@given(st.lists(st.integers(1, 10**10), min_size=1, max_size=5), st.sampled_from(["EUR", "VND"]))
@settings(max_examples=50)
def test_what_is_asked_is_read_as_it_was_written(minors, currency):
    initiation = asked(*minors, currency=currency)
    assert read_pain001(write_pain001(initiation)) == initiation


@given(
    st.lists(
        st.builds(
            came,
            st.integers(1, 10**10),
            credit=st.booleans(),
            reversal=st.booleans(),
            reference=st.sampled_from(["", "RF18539007547034", "2800049777"]),
            text=st.text("aõế & <", max_size=140).map(str.strip),
            about=st.sampled_from(["", "r-1"]),
        ),
        max_size=5,
    )
)
@settings(max_examples=50)
def test_what_was_booked_is_read_as_it_was_written(movements):
    from dataclasses import replace

    named = [replace(one, id=f"b{n}") for n, one in enumerate(movements)]
    assert list(read_camt054(write_camt054(told(*named)))) == [told(*named)]


def test_what_became_of_it_is_read_as_it_was_written():
    said = report(Status(id="r-0", status="ACSC"), Status(id="r-1", status="RJCT", reason="AC04"))
    assert read_pain002(write_pain002(said)) == said


def test_the_elements_stand_in_the_order_of_the_definition():
    pain = write_pain001(asked(2300))
    assert tags(pain, ["CstmrCdtTrfInitn", "PmtInf"]) == [
        "PmtInfId",
        "PmtMtd",
        "NbOfTxs",
        "CtrlSum",
        "ReqdExctnDt",
        "Dbtr",
        "DbtrAcct",
        "DbtrAgt",
        "ChrgBr",
        "CdtTrfTxInf",
    ]
    assert tags(pain, ["CstmrCdtTrfInitn", "PmtInf", "CdtTrfTxInf"]) == [
        "PmtId",
        "Amt",
        "Cdtr",
        "CdtrAcct",
        "RmtInf",
    ]
    camt = write_camt054(told(came(1, reversal=True)))
    assert tags(camt, ["BkToCstmrDbtCdtNtfctn", "Ntfctn", "Ntry"]) == [
        "Amt",
        "CdtDbtInd",
        "RvslInd",
        "Sts",
        "BookgDt",
        "AcctSvcrRef",
        "BkTxCd",
        "NtryDtls",
    ]
    assert tags(camt, ["BkToCstmrDbtCdtNtfctn", "Ntfctn", "Ntry", "NtryDtls", "TxDtls"]) == [
        "Refs",
        "Amt",
        "CdtDbtInd",
        "RltdPties",
        "RmtInf",
    ]


def test_dong_have_no_places():
    content = write_pain001(asked(115_000, currency="VND"))
    assert b'<InstdAmt Ccy="VND">115000</InstdAmt>' in content
    with pytest.raises(Iso20022Refused) as refused:
        read_pain001(changed(content, b'"VND">115000<', b'"VND">115000.5<'))
    assert refused.value.why == "amount"


def test_a_batch_is_several_movements():
    one = write_camt054(told(came(100, name="b1")))
    detail = one[one.index(b"<TxDtls>") : one.index(b"</TxDtls>") + 9]
    second = detail.replace(b">b1<", b">b2<").replace(b">1.00<", b">2.00<")
    content = one.replace(detail, detail + second)
    content = content.replace(b'<Ntry><Amt Ccy="EUR">1.00', b'<Ntry><Amt Ccy="EUR">3')
    content = content.replace(b"<Sum>1.00", b"<Sum>3.00")
    [found] = read_camt054(content)
    assert [(m.id, m.amount.minor) for m in found.movements] == [("b1", 100), ("b2", 200)]
    with pytest.raises(Iso20022Refused) as refused:
        read_camt054(content.replace(b">2.00<", b">2.01<"))
    assert refused.value.why == "sum"
    assert "-0.01 EUR of difference" in str(refused.value)


PAIN = write_pain001(asked(2300, 700))
CAMT = write_camt054(told(came(2300, name="b1"), came(700, name="b2")))
STATUS = write_pain002(report(Status(id="r-0", status="RJCT", reason="AC04")))

REFUSED = [
    (read_pain001, PAIN, b"<CtrlSum>30.00", b"<CtrlSum>30.01", "sum"),
    (read_pain001, PAIN, b"<NbOfTxs>2", b"<NbOfTxs>3", "count"),
    (read_pain001, PAIN, b"<NbOfTxs>2", b"<NbOfTxs>two", "number"),
    (read_pain001, PAIN, b">r-1<", b">r-0<", "repeated"),
    (read_pain001, PAIN, b">7.00<", b">-7.00<", "amount"),
    (read_pain001, PAIN, b">7.00<", b">7.001<", "amount"),
    (read_pain001, PAIN, b">7.00<", b">7e2<", "amount"),
    (read_pain001, PAIN, b">7.00<", b">0.00<", "amount"),
    (read_pain001, PAIN, b">7.00<", b"><b/><", "content"),
    (read_pain001, PAIN, b'Ccy="EUR">7.00', b'Ccy="VND">7', "currency"),
    (read_pain001, PAIN, b'Ccy="EUR">7.00', b'Ccy="XXX">7', "currency"),
    (read_pain001, PAIN, b"<PmtMtd>TRF", b"<PmtMtd>CHK", "method"),
    (read_pain001, PAIN, IBAN.encode(), b"EE471000001020145684", "account"),
    (read_pain001, PAIN, b"<MsgId>m1", b"<MsgId>" + b"x" * 36, "long"),
    (read_pain001, PAIN, b"<MsgId>m1</MsgId>", b"", "missing"),
    (read_pain001, PAIN, b"<MsgId>m1", b"<MsgId>m0</MsgId><MsgId>m1", "twice"),
    (read_pain001, PAIN, b"<MsgId>m1", b"<MsgId> ", "empty"),
    (read_pain001, PAIN, b"pain.001.001.09", b"pain.001.001.03", "definition"),
    (read_pain001, PAIN, b"<Document", b"<!DOCTYPE x><Document", "xml"),
    (read_pain001, PAIN, b"</Document>", b"", "xml"),
    (read_pain001, PAIN, b"2026-11-30T", b"2026-31-30T", "time"),
    (read_camt054, CAMT, b"<Sum>30.00", b"<Sum>31.00", "sum"),
    (read_camt054, CAMT, b"<NbOfNtries>2", b"<NbOfNtries>1", "count"),
    (
        read_camt054,
        CAMT,
        b"<TxDtls><Refs><AcctSvcrRef>b2",
        b"<TxDtls><Refs><AcctSvcrRef>b1",
        "repeated",
    ),
    (read_camt054, CAMT, b"<CdtDbtInd>CRDT", b"<CdtDbtInd>CRD", "indicator"),
    (read_camt054, CAMT, b"<BookgDt><Dt>2026-11-30", b"<BookgDt><Dt>30.11.2026", "time"),
    (read_camt054, CAMT, b"<Cd>BOOK</Cd>", b"", "missing"),
    (read_camt054, CAMT, b"camt.054.001.08", b"camt.053.001.08", "definition"),
    (read_pain002, STATUS, b"<Rsn><Cd>AC04</Cd></Rsn>", b"", "reason"),
    (read_pain002, STATUS, b"AC04", b"ac04", "reason"),
    (read_pain002, STATUS, b"RJCT", b"NO", "status"),
    (read_pain002, STATUS, b"pain.001.001.09", b"pain.008.001.08", "about"),
    (read_pain002, STATUS, b"<OrgnlNbOfTxs>1", b"<OrgnlNbOfTxs>2", "count"),
]


@pytest.mark.parametrize(
    ("read", "content", "old", "new", "why"),
    REFUSED,
    ids=[f"{case[0].__name__}-{case[4]}-{n}" for n, case in enumerate(REFUSED)],
)
def test_a_message_with_a_fault_is_refused_by_its_reason(read, content, old, new, why):
    with pytest.raises(Iso20022Refused) as refused:
        read(changed(content, old, new))
    assert refused.value.why == why
    assert "emedy" in str(refused.value) or why == "xml"


def test_a_file_that_is_too_large_is_not_parsed():
    with pytest.raises(Iso20022Refused) as refused:
        read_pain001(b" " * 16_000_001)
    assert refused.value.why == "xml"


def test_what_is_not_booked_is_passed_over():
    [found] = read_camt054(CAMT.replace(b"<Cd>BOOK<", b"<Cd>PDNG<"))
    assert found.movements == []


@pytest.mark.parametrize(
    ("initiation", "why"),
    [(asked(), "empty"), (asked(0), "amount"), (asked(-5), "amount")],
    ids=["nothing", "zero", "below-zero"],
)
def test_what_is_nothing_is_not_asked(initiation, why):
    with pytest.raises(Iso20022Refused) as refused:
        write_pain001(initiation)
    assert refused.value.why == why
