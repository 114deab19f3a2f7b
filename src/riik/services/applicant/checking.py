"""Does a folder's ``[applicant]`` fit together: roles, age, and what tells the age? Pure."""

from collections.abc import Iterator, Mapping

from riik.formats.toml import Shape
from riik.services.applicant.model import REPRESENTATIVES, ApplicantRule
from riik.services.errors import FolderRefused
from riik.services.folder.finding import Finding
from riik.services.folder.places import line_of
from riik.services.model import ServiceDefinition

__all__ = ["ApplicantSection", "applicant_findings", "applicant_of", "check_applicant"]

MOST_AGE = 120
_SECTION = "applicant"


class ApplicantSection(Shape):
    """``[applicant]`` of ``service.toml``."""

    represented_by: tuple[str, ...] = ()
    least_age: int = 0
    law: str = ""


def applicant_of(section: ApplicantSection | None) -> ApplicantRule:
    """The rule of a folder; without a section nobody acts for another."""
    if section is None:
        return ApplicantRule()
    return ApplicantRule(
        represented_by=section.represented_by, least_age=section.least_age, law=section.law
    )


def check_applicant(definition: ServiceDefinition) -> None:
    """Refuse a rule that could not be kept.

    Raises:
        FolderRefused: For ``applicant``.
    """
    for text, _, _ in _wrong(definition):
        raise FolderRefused(text, why="applicant")


def applicant_findings(
    definition: ServiceDefinition, files: Mapping[str, bytes]
) -> Iterator[Finding]:
    """What is wrong with ``[applicant]``, each with its line and what to do."""
    for text, remedy, words in _wrong(definition):
        line = line_of(files["service.toml"], *words)
        yield Finding(why="applicant", file="service.toml", line=line, text=text, remedy=remedy)


def _wrong(definition: ServiceDefinition) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    rule = definition.applicant
    roles = list(rule.represented_by)
    for role in sorted(set(roles) - set(REPRESENTATIVES)):
        remedy = f"name some of {', '.join(REPRESENTATIVES)}, or leave it empty"
        yield f"nobody represents as {role!r}", remedy, (_SECTION, role)
    if len(set(roles)) != len(roles):
        yield "a role stands twice", "name each once", (_SECTION, "represented-by")
    if not 0 <= rule.least_age <= MOST_AGE:
        text = f"least-age is 1 to {MOST_AGE} whole years"
        yield text, "leave it out where any age may", (_SECTION, "least-age")
    if rule.least_age and not _tells_age(definition):
        text = "no need asks for the birth_date that least-age is reckoned from"
        yield text, "ask for it in needs.toml, of the applicant", (_SECTION, "least-age")
    if (rule.least_age or roles) and not _known_law(rule.law, definition.law):
        remedy = f"begin with one of the service's: {', '.join(definition.law)}"
        yield f"applicant.law: by which law? {rule.law!r}", remedy, (_SECTION, "law")


def _tells_age(definition: ServiceDefinition) -> bool:
    return any(need.of == "applicant" and "birth_date" in need.fields for need in definition.needs)


def _known_law(law: str, laws: tuple[str, ...]) -> bool:
    return any(law == known or law.startswith(f"{known} ") for known in laws)
