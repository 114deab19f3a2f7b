"""Does a register's folder do what its own tests say? The check behind ``riik register check``.

Pure: a definition goes in, a row a test comes out. Loading the folder, which refuses what is
malformed, is `definition`.
"""

from dataclasses import dataclass

from riik.core import ClientId, MemberId, Refused
from riik.registers.model import Ask, CaseTest, RegisterDefinition
from riik.registers.rights import grant

__all__ = ["Outcome", "check"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one test.

    Attributes:
        id: The test's sentence.
        passed: Whether it came out as expected.
        found: ``ok`` or the ``why`` that came out.
        expected: What the test wants.
    """

    id: str
    passed: bool
    found: str
    expected: str


def check(definition: RegisterDefinition) -> tuple[Outcome, ...]:
    """Run every test of the folder against its rights."""
    return tuple(_run(definition, case) for case in definition.cases)


def _run(definition: RegisterDefinition, case: CaseTest) -> Outcome:
    ask = Ask(
        action=case.action,
        offer=case.offer,
        client=_client(case),
        roles=frozenset(filter(None, [case.who.role])),
        purpose=case.purpose,
        legal_basis=case.legal_basis,
        fields=case.fields or None,
        statement=case.statement,
    )
    try:
        fields = frozenset(grant(definition, ask).fields)
    except Refused as refused:
        return Outcome(case.id, refused.why == case.expect, refused.why, case.expect)
    if case.given and fields != case.given:
        return Outcome(case.id, passed=False, found=", ".join(sorted(fields)), expected="given")
    return Outcome(case.id, case.expect == "ok", "ok", case.expect)


def _client(case: CaseTest) -> ClientId:
    """The client that the test speaks of, at an instance that doesn't exist."""
    if case.who.client:
        return ClientId.parse(case.who.client)
    member = MemberId("CHECK", case.who.member_class or "GOV", "0")
    return ClientId(member, case.who.subsystem or "none")
