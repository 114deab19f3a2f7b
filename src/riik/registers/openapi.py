"""The OpenAPI 3.1 description of a register's offer, made from the register's definition.

Implements the parts of OpenAPI 3.1.0 that an offer needs; its schemas are JSON Schema
2020-12 as they stand in the folder. Beside it, what a register's codes mean in people's words.
Pure: a definition goes in, canonical JSON or plain values come out.
"""

from typing import Any

from riik.formats.canonical_json import encode
from riik.registers.model import Action, ChangeOffer, Kind, ReadOffer, RegisterDefinition

__all__ = [
    "describe_change",
    "describe_corrections",
    "describe_read",
    "describe_subscriptions",
    "describe_usage",
    "words_of",
]

_DAY = {"type": "string", "format": "date"}
_MOMENT = {"type": "string", "format": "date-time"}
_PERSON = {"type": "string", "pattern": "^[A-Z]{2}[A-Z0-9-]{1,32}$"}
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "why": {"type": "string"},
    },
    "required": ["type", "title", "status", "why"],
}


def describe_read(definition: RegisterDefinition, offer: ReadOffer) -> bytes:
    """Describe a question: one GET, fields chosen by the asker."""
    one = definition.schema.part(offer.fields)
    many = {"type": "object", "properties": {"records": {"type": "array", "items": one}}}
    answer = many if offer.all_records else one
    parameters = [
        _header("Riik-Subject", _PERSON, "Whose record", required=not offer.look_up),
        *_headers(),
        _query("fields", {"type": "string"}, "Names of fields, with commas between"),
        _query("asOf", _DAY, "The day it shall hold for; today when absent"),
        _query("knownAt", _MOMENT, "As it was known at that moment; now when absent"),
        *(_query(name, {"type": "string"}, "Names the record") for name in offer.look_up),
    ]
    operation = {
        "operationId": offer.id,
        "summary": _title(offer.names, offer.id),
        "parameters": parameters,
        "responses": _responses("200", "What the register holds", answer),
    }
    return _document(definition, offer.id, {"/": {"get": operation}})


def describe_change(definition: RegisterDefinition, offer: ChangeOffer) -> bytes:
    """Describe a change: one POST, done once a message."""
    values = definition.schema.part(offer.fields)
    body = {
        "type": "object",
        "properties": {
            "values": values,
            "valid_from": _DAY,
            "valid_to": _DAY,
            "record": {"type": "string"},
            **({"key": _named_by(offer)} if offer.look_up else {}),
        },
        "required": ["values"],
        "additionalProperties": False,
    }
    done = {
        "type": "object",
        "properties": {"record": {"type": "string"}, "position": {"type": "integer"}},
        "required": ["record", "position"],
    }
    operation = {
        "operationId": offer.id,
        "summary": _title(offer.names, offer.id),
        "parameters": [
            _header("Riik-Subject", _PERSON, "Whose record", required=True),
            *_headers(),
        ],
        "requestBody": {"required": True, "content": _json(body)},
        "responses": _responses(
            "201" if offer.kind is Kind.OPEN else "200", "The change is recorded", done
        ),
    }
    return _document(definition, offer.id, {"/": {"post": operation}})


def _named_by(offer: ChangeOffer) -> dict[str, Any]:
    """One indexed field and its present value: which record is meant, where there are several."""
    return {
        "type": "object",
        "properties": {name: {"type": "string"} for name in offer.look_up},
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }


def describe_usage(definition: RegisterDefinition) -> bytes:
    """Describe the data tracker's service (protocol 1.6) and our proofs beside it."""
    text, count = {"type": "string"}, {"type": "integer", "minimum": 0}
    usage = {
        "type": "object",
        "properties": {
            "logtime": _MOMENT,
            "action": text,
            "receiverCode": text,
            "receiverName": text,
            "receiverSystem": text,
        },
        "required": ["logtime", "action", "receiverCode", "receiverSystem"],
    }
    answer = {
        "type": "object",
        "properties": {"totalUsages": count, "usages": {"type": "array", "items": usage}},
        "required": ["totalUsages", "usages"],
    }
    proofs = {
        "type": "object",
        "properties": {"proofs": {"type": "array", "items": {"type": "object"}}},
    }
    period = [
        _query("userCode", text, "Whose looks; the asker's own when absent"),
        _query("periodStart", _MOMENT, "First moment"),
        _query("periodEnd", _MOMENT, "The moment after the last"),
        _query("offset", count, "How many of the newest to pass over"),
        _query("limit", count, "How many to answer"),
    ]
    known = [_query("known", count, "Size of the tree head that the asker remembers")]
    head = {
        "type": "object",
        "properties": {
            "head": {"type": ["string", "null"]},
            "growth": {"type": "array", "items": text},
        },
        "required": ["head", "growth"],
    }
    since = {"type": "object", "properties": {"periodStart": _MOMENT, "periodEnd": _MOMENT}}
    alive = {"type": "object", "properties": {"status": text, "message": text}}
    paths = {
        "/v2/findUsage": _get("findUsage", "Who looked at my data?", period, answer),
        "/v2/usagePeriod": _get("usagePeriod", "Since when are looks known?", [], since),
        "/v2/heartbeat": _get("heartbeat", "Is the tracker well?", [], alive),
        "/v2/proofs": _get("proofs", "Receipts that prove the looks", period, proofs),
        "/v2/head": _get("head", "The log's tree head, and how it continues", known, head),
        "/v2/words": _get("words", "What the register's codes mean", [], {"type": "object"}),
    }
    return _document(definition, "findUsage", paths)


def describe_corrections(definition: RegisterDefinition) -> bytes:
    """Describe how a person says that a record is wrong, and reads what was answered."""
    text, once = {"type": "string", "maxLength": 2000}, {"type": "string", "maxLength": 100}
    body = {
        "type": "object",
        "properties": {
            **dict.fromkeys(("field", "says", "should_be", "why"), text),
            "language": {"type": "string"},
            "once": once,
        },
        "required": ["field", "says", "should_be"],
        "additionalProperties": False,
    }
    received = _object({"number": {"type": "string"}, "days": {"type": "integer"}})
    plain = {"type": "string"}
    one = _object(
        {
            **dict.fromkeys(("number", "field", "says", "should_be", "at", "due"), plain),
            **dict.fromkeys(("verdict", "reason", "official"), plain),
            "answered_at": {"type": ["string", "null"]},
            "appeal": {"type": "object", "additionalProperties": plain},
        }
    )
    parameters = [_header("Riik-Subject", _PERSON, "Whose record", required=True), *_headers()]
    told = _object({"corrections": {"type": "array", "items": one}})
    operations = {
        "post": _operation("correct", "This is wrong", parameters, received, body=body),
        "get": _operation("corrections", "What was answered", parameters, told),
    }
    return _document(definition, "corrections", {"/": operations})


def describe_subscriptions(definition: RegisterDefinition) -> bytes:
    """Describe how a register's changes are followed."""
    text, number = {"type": "string"}, {"type": "integer", "minimum": 0}
    followed = [right.offers for right in definition.rights if right.action is Action.SUBSCRIBE]
    names = sorted({offer for offers in followed for offer in offers})
    offer: dict[str, Any] = {"type": "string", **({"enum": names} if names else {})}
    event = _object(
        {
            **dict.fromkeys(("record", "kind", "valid_from", "at"), text),
            **dict.fromkeys(("number", "position"), number),
            "fields": {"type": "array", "items": text},
        }
    )
    batch = _object(
        {
            "register": text,
            "subscription": text,
            "events": {"type": "array", "items": event},
            "cursor": number,
        }
    )
    made = _object(
        {
            **dict.fromkeys(("subscription", "register", "state"), text),
            "fields": {"type": "array", "items": text},
            "cursor": number,
        }
    )
    ended = _object({"subscription": text, "state": text, "cursor": number})
    properties = definition.schema.part(definition.schema.fields)["properties"]
    values = {"type": ["object", "null"], "properties": properties, "additionalProperties": False}
    record = _object({"record": text, "number": number, "values": values})
    body = {
        "type": "object",
        "properties": {"offer": offer, "service": text, "after": {"type": ["integer", "null"]}},
        "required": ["offer"],
        "additionalProperties": False,
    }
    asked = [*_headers(), {**_query("offer", offer, "The question followed"), "required": True}]
    after = _query("after", number, "The last event that was taken")
    which = {**_query("number", number, "Of an event"), "required": True}
    paths = {
        "/": {
            "post": _operation("subscribe", "Follow from now on", _headers(), made, body=body),
            "delete": _operation("end", "Follow no more", asked, ended),
        },
        "/events": {"get": _operation("events", "What changed", [*asked, after], batch)},
        "/record": {"get": _operation("record", "What stands there now", [*asked, which], record)},
    }
    return _document(definition, "subscriptions", paths)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all of these, and no more."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _operation(
    name: str,
    summary: str,
    parameters: list[Any],
    answer: dict[str, Any],
    *,
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    sent = {"requestBody": {"required": True, "content": _json(body)}} if body else {}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        **sent,
        "responses": _responses("201" if body else "200", summary, answer),
    }


def words_of(definition: RegisterDefinition) -> dict[str, Any]:
    """The register's name, fields, values, purposes and laws, each by language."""
    kinds: dict[str, dict[str, dict[str, str]]] = {"field": {}, "value": {}, "purpose": {}}
    for language, texts in definition.texts.items():
        for name, text in texts.items():
            kind, _, code = name.partition(":")
            kinds.setdefault(kind, {}).setdefault(code, {})[language] = text
    return {
        "register": definition.id,
        "names": dict(definition.names),
        "fields": kinds["field"],
        "values": kinds["value"],
        "purposes": kinds["purpose"],
        "money": dict(definition.schema.money),
        "laws": {law.id: dict(law.names) for law in definition.laws},
    }


def _document(definition: RegisterDefinition, service: str, paths: dict[str, Any]) -> bytes:
    return encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": f"{_title(definition.names, definition.id)}: {service}",
                "version": definition.version,
            },
            "paths": paths,
        }
    )


def _get(name: str, summary: str, parameters: list[Any], answer: dict[str, Any]) -> Any:
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": _responses("200", summary, answer),
        }
    }


def _title(names: Any, otherwise: str) -> str:
    return str(names.get("en", otherwise))


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _responses(status: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    refused = {"application/problem+json": {"schema": _PROBLEM}}
    return {
        status: {"description": description, "content": _json(schema)},
        "default": {"description": "Refused (RFC 9457)", "content": refused},
    }


def _headers() -> list[dict[str, Any]]:
    text = {"type": "string"}
    return [
        _header("Riik-Purpose", text, "What for", required=True),
        _header("Riik-Legal-Basis", text, "By which law", required=True),
        _header("Riik-Authority", text, "Login's statement, compact JWS", required=False),
        _header("X-Road-Issue", text, "Number of the case", required=False),
    ]


def _header(name: str, schema: Any, description: str, *, required: bool) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "schema": schema,
        "description": description,
    }


def _query(name: str, schema: Any, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": schema,
        "description": description,
    }
