"""The pens of applications: one signature, a second in the same container, nobody else's card."""

import pytest
from tests.signatures.house import component, sign_value

from riik.node.fillers.papers import ApplicationPens, SignerRefused
from riik.testing.pki import make_pki

pytestmark = pytest.mark.anyio
MARI, JURI = "EE49001010001", "EE37605030299"


@pytest.fixture
def country():
    return make_pki()


@pytest.fixture
async def signed(country, in_thread):
    """Pens, and an application that Mari signed."""
    pens = ApplicationPens(signatures=component(country), in_thread=in_thread)
    mari = country.person(MARI).signature
    paper = {"statement": "We marry."}
    begun = await pens.begin(paper, mari.certificate, person=MARI, language="en")
    value = sign_value(mari, begun)
    return pens, await pens.finish(begun.opaque, value)


async def test_two_people_sign_one_file(signed, country):
    pens, container = signed
    juri = country.person(JURI).signature
    more = await pens.begin_more(container, juri.certificate, person=JURI)
    both = await pens.finish(more.opaque, sign_value(juri, more))
    report = pens.signatures.validate(both)
    assert [one.passed for one in report.signatures] == [True, True]
    assert pens.paper(both) == pens.paper(container) == b'{"statement":"We marry."}'


async def test_another_ones_card_does_not_sign(signed, country):
    pens, container = signed
    with pytest.raises(SignerRefused) as refused:
        await pens.begin_more(container, country.person().signature.certificate, person=JURI)
    assert refused.value.why == "person"
