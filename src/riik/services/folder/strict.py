"""Everything that is wrong in a folder, at once, before it runs: what `riik service check` tells.

Pure. `read_service` refuses a folder at the first thing that would keep it from running; here
whoever writes one gets all of them, each with its line and what to do, and also what would run but
wrong people: a table with a gap, a fee that nobody reckons, a question that a register answers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from riik.core import Refused
from riik.rules import check as look_over
from riik.rules import decide
from riik.services.applicant.checking import applicant_findings
from riik.services.folder.definition import OPERATIONS, USER_TASKS, wanted_texts
from riik.services.folder.finding import Finding
from riik.services.folder.joint import joint_findings
from riik.services.folder.listing import as_standard, placed
from riik.services.folder.once import Held, once_findings
from riik.services.folder.paying import paying_faults
from riik.services.folder.places import line_of, lines_of_elements, lines_of_rules
from riik.services.folder.seen import seen_findings
from riik.services.folder.texts import OFFICIAL, house_texts, read_texts
from riik.services.forms.checking import form_faults
from riik.services.forms.days import EARLIEST, LATEST, is_day
from riik.services.model import ServiceDefinition, Standing
from riik.services.offering.checking import offer_findings
from riik.services.process import Kind
from riik.services.process.ways import endless, never_taken, stuck, unreached

__all__ = ["findings"]

Files = Mapping[str, bytes]

_REMEDIES = {
    "unknown-name": "correct the name, or require it: an informationRequirement",
    "gap": "add a row for it, or a last row of '-' under hit policy FIRST",
    "overlap": "narrow one of the rows, or choose hit policy FIRST",
    "unreachable": "remove the row, or move it before the rows that take its cases",
    "no-law": "name the article: an annotation called 'law'",
    "not-judged": "test its edges in cases/; or let another decision reckon, and compare here",
}
_GRAVE_RULES = frozenset({"unknown-name", "gap", "overlap", "no-law"})


def findings(
    definition: ServiceDefinition, files: Files, *, registers: Sequence[Held] = ()
) -> list[Finding]:
    """What is to be corrected and what is worth a look, file by file.

    Args:
        definition: The folder's draft.
        files: Its files by their path in it.
        registers: The registers that it may ask; without any, its rights are not looked at.
    """
    folder, files = files, as_standard(files)
    looks: list[Callable[[ServiceDefinition, Files], Iterator[Finding]]] = [
        _untranslated,
        _unused,
        _tasks,
        _messages,
        _paths,
        _fees,
        _form,
        _days,
        applicant_findings,
        joint_findings,
        offer_findings,
        seen_findings,
        _rules,
    ]
    found = [one for look in looks for one in look(definition, files)]
    if registers:
        found += once_findings(definition, files, registers)
    found = placed(found, folder)
    return sorted(found, key=lambda one: (not one.grave, one.file, one.line, one.text))


def _untranslated(definition: ServiceDefinition, files: Files) -> Iterator[Finding]:
    wanted = sorted(wanted_texts(definition) | {ground.code for ground in definition.grounds})
    codes = {ground.code for ground in definition.grounds}
    for language in definition.languages:
        known = definition.texts.get(language, {})
        for text in wanted:
            if known.get(text) or (language == "en" and text not in codes):
                continue
            file, line = _used(text, files)
            yield Finding(
                why="texts",
                file=file,
                line=line,
                text=f"no {language} text for {text!r}",
                remedy=f"add it to locale/{language}.po",
            )
        if language not in definition.names:
            yield Finding(
                why="texts",
                file="service.toml",
                line=line_of(files["service.toml"], "names"),
                text=f"the service has no name in {language}",
                remedy="add it under [names]",
            )


def _used(text: str, files: Files) -> tuple[str, int]:
    """Where a text is used first."""
    for name in ("form.json", "service.toml", "needs.toml", "rules.dmn"):
        line = line_of(files.get(name, b""), text)
        if line:
            return name, line
    return "service.toml", 0


def _unused(definition: ServiceDefinition, files: Files) -> Iterator[Finding]:
    """Texts of the folder that no file of it and nothing of the house speaks of."""
    elsewhere = "\n".join(
        source.decode(errors="replace")
        for name, source in files.items()
        if not name.startswith(("locale/", "cases/"))
    )
    house = {text for texts in house_texts().values() for text in texts}
    wanted = wanted_texts(definition) | house | {f"page.{page.id}" for page in definition.pages}
    wanted |= {ground.code for ground in definition.grounds}
    needs = tuple(f"{need.id}." for need in definition.needs)
    told: set[str] = set()
    for context in (None, OFFICIAL):
        for language, texts in read_texts(files, context=context).items():
            for text in texts:
                used = text in wanted or text.startswith(needs) or text in elsewhere
                if used or text in told:
                    continue
                told.add(text)
                name = f"locale/{language}.po"
                yield Finding(
                    why="unused-text",
                    file=name,
                    line=line_of(files[name], "msgid", text.partition("\n")[0]),
                    text=f"nobody uses the text {text!r}",
                    remedy="remove it in every language, or use it",
                    grave=False,
                )


def _form(definition: ServiceDefinition, files: Files) -> Iterator[Finding]:
    for text, remedy, words in form_faults(definition):
        line = line_of(files["form.json"], *words)
        yield Finding(why="form", file="form.json", line=line, text=text, remedy=remedy)


def _days(definition: ServiceDefinition, files: Files) -> Iterator[Finding]:
    """Days that may lie anywhere: a wedding in the past, a birth to come."""
    for field, schema in definition.form["properties"].items():
        inner = schema.get("items", {}).get("properties", {})
        for name, one in {field: schema, **inner}.items():
            if is_day(one) and not {EARLIEST, LATEST} & set(one):
                yield Finding(
                    why="any-day",
                    file="form.json",
                    line=line_of(files["form.json"], "properties", name),
                    text=f"{name}: any day fits, of the past as of the future",
                    remedy=f"say between which days: {EARLIEST}, {LATEST}",
                    grave=False,
                )


def _tasks(definition: ServiceDefinition, files: Files) -> Iterator[Finding]:
    source = files.get("process.bpmn")
    lines = lines_of_elements(source) if source else {}
    known = {Kind.SERVICE: ("operation", OPERATIONS), Kind.USER: ("task", USER_TASKS)}
    decisions = definition.rules.by_name if definition.rules else {}
    known[Kind.RULE] = ("decision", frozenset(decisions))
    for node in definition.process.nodes.values():
        word, may = known.get(node.kind, ("", frozenset()))
        if word and node.does not in may:
            yield Finding(
                why="operation",
                file="process.bpmn",
                line=lines.get(node.id, 0),
                text=f"{node.id}: no {word} {node.does!r}",
                remedy=f"name one of: {', '.join(sorted(may)) or 'none here'}",
            )


def _messages(definition: ServiceDefinition, files: Files) -> Iterator[Finding]:
    """What the process waits for and nobody may send; what somebody may send in vain."""
    source = files.get("process.bpmn", b"")
    for name in sorted(definition.process.messages - set(definition.messages)):
        yield Finding(
            why="message",
            file="process.bpmn",
            line=line_of(source, name),
            text=f"nobody may send the message {name!r} that the process waits for",
            remedy=f'say who: [[messages]] id = "{name}", from = the role, in service.toml',
        )
    for name in sorted(set(definition.messages) - definition.process.messages):
        yield Finding(
            why="message",
            file="service.toml",
            line=line_of(files["service.toml"], "messages", name),
            text=f"the process waits for no message {name!r}",
            remedy="remove it, or wait for it in the process",
            grave=False,
        )


def _paths(definition: ServiceDefinition, files: Files) -> Iterator[Finding]:
    source = files.get("process.bpmn")
    lines = lines_of_elements(source) if source else {}
    process = definition.process

    def found(node: str, text: str, remedy: str) -> Finding:
        call, _, name = node.rpartition("/")
        file, line = "process.bpmn", lines.get(node, 0)
        if call:
            file = f"processes/{process.nodes[call].does}.bpmn"
            line = lines_of_elements(files[file]).get(name, 0)
        return Finding(why="path", file=file, line=line, text=f"{node}: {text}", remedy=remedy)

    for node in unreached(process):
        yield found(
            node, "no case ever comes here", "lead a flow to it from the start, or remove it"
        )
    lost = list(endless(process))
    for node in lost:
        yield found(node, "from here a case comes to no end", "lead a flow on to an endEvent")
    for gateway, flow in never_taken(process):
        text = f"{flow} is never taken, for a flow before it always is"
        yield found(gateway, text, "give the earlier flow a condition, or move this one before it")
    for node in () if lost else stuck(process):
        text = "can wait for ever for a flow that is not taken"
        remedy = "join with an exclusiveGateway or inclusiveGateway what such a gateway split"
        yield found(node, text, remedy)


def _fees(definition: ServiceDefinition, files: Files) -> Iterator[Finding]:
    """What is owed for each row of the table of fees, on each channel: an amount with its law."""

    def found(text: str, remedy: str, *words: str) -> Finding:
        line = line_of(files["service.toml"], *words)
        return Finding(why="fee", file="service.toml", line=line, text=text, remedy=remedy)

    decision, rules = definition.fee_decision, definition.rules
    if not decision:
        return
    if rules is None or decision not in rules.by_name:
        known = ", ".join(sorted(rules.by_name)) if rules else "there is no rules.dmn"
        text = f"the fee is to be decided by {decision!r}, which is no decision"
        yield found(text, f"name one of rules.dmn: {known}", "decisions", "fee", decision)
        return
    if not {"owe-fee"} & definition.process.operations:
        text = "the rules reckon a fee that no step of the process asks for"
        yield found(text, "add a serviceTask with riik:operation='owe-fee'", "decisions", "fee")
    faults = paying_faults(definition.paying, definition.process, silence=definition.terms.silence)
    for text, remedy in faults:
        yield found(text, remedy, "fee", "when")
    if not definition.currency:
        text = "there is a fee and no currency"
        yield found(text, 'add [currency] code = "EUR"', "decisions", "fee", decision)
    for row in definition.guide.fees:
        for channel in definition.channels:
            told = _unresolved(definition, row.answers, channel)
            if told:
                text = f"fee {row.title!r} ({channel}): {told}"
                remedy = f"let {decision} give {{amount, law}} for these answers"
                yield found(text, remedy, "guide.fees", row.title)


def _unresolved(definition: ServiceDefinition, answers: Mapping[str, Any], channel: str) -> str:
    known: dict[str, Any] = {
        need.id: {"standing": Standing.UNAVAILABLE.value} for need in definition.needs
    }
    changed = definition.guide.changed
    known |= {
        "answers": dict(answers),
        "channel": channel,
        "case": {"id": "", "number": f"{changed.year}-000000", "today": changed.isoformat()},
    }
    if definition.rules is None:
        return "there are no rules"
    try:
        value = decide(definition.rules, definition.fee_decision, known).plain
    except Refused as refused:
        return str(refused)
    if not isinstance(value, Mapping):
        return "the rules give no amount"
    amount = value.get("amount")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        return f"{amount!r} is no amount in minor units"
    return "" if value.get("law") else "the rules name no law"


def _rules(definition: ServiceDefinition, files: Files) -> Iterator[Finding]:
    if definition.rules is None:
        return
    lines = lines_of_rules(files["rules.dmn"])
    for one in look_over(definition.rules, domains=_domains(definition)):
        yield Finding(
            why=one.why,
            file="rules.dmn",
            line=lines.get((one.element, one.rule)) or lines.get((one.element, 0), 0),
            text=one.text,
            remedy=_REMEDIES[one.why],
            grave=one.why in _GRAVE_RULES,
        )


def _domains(definition: ServiceDefinition) -> dict[str, tuple[Any, ...]]:
    """What rules can meet: the choices of the form, the channels, how a need stands."""
    known: dict[str, tuple[Any, ...]] = {"channel": tuple(definition.channels)}
    standings = tuple(one.value for one in Standing)
    known |= {f"{need.id}.standing": standings for need in definition.needs}
    for field, schema in definition.form["properties"].items():
        choices = [one["const"] for one in schema.get("oneOf", ()) if "const" in one]
        if choices or "enum" in schema:
            known[f"answers.{field}"] = tuple(choices or schema["enum"])
    return known
