"""Puts what the suite of Digital Registries expects into a node, through the door like anyone."""

import json
from collections.abc import Mapping
from typing import Any

from govstack.mediator import Aliases, Node

__all__ = ["CLIENT", "seed"]

CLIENT = "eGovStack/GOV/90000009/digitalregistries"
ASKED = ("123", "8438778473", "3287483474", "8484848484", "75858", "6745", "896756", "234234")
"""Databases that the suite reads or deletes, by its numbers."""

MISSING = (
    ("ee6a5b0e-fa17-11ed-be56-0242ac120002", "EE1", "John Helmut", "Carry", "RR-1"),
    ("ee6a5e2e-fa17-11ed-be56-0242ac120002", "EE2", "Jane", "Carry", "EE6546273487865"),
)
"""Records that the suite reads, and that its ``test-data.json`` has not."""

FIELDS = ("uuid", "ID", "FirstName", "LastName", "BirthCertificateID")


def seed(node: Node, wanted: Mapping[str, Any]) -> Aliases:
    """Make the records of the suite's ``test-data.json``, and a proposed schema a database.

    Raises:
        RuntimeError: The node refuses one of them.
    """
    registries = wanted["registries"]
    records = [{**one, "ID": one["id"]} for one in registries["records"]]
    records += [dict(zip(FIELDS, one, strict=True)) for one in MISSING]
    path = f"/data/{registries['registryname']}/{registries['versionnumber']}/create"
    for record in records:
        content = {name: record[name] for name in FIELDS}
        _send(node, "POST", path, {"write": {"content": content}})
    for number in ASKED:
        proposed = {"code": f"SUITE-{number}", "schema": {"type": "object"}}
        _send(node, "POST", "/database/modify", proposed)
    databases = _send(node, "GET", "/databases")["databases"]
    given = {one["description"]: str(one["id"]) for one in databases}
    return Aliases(
        databases={number: given[f"SUITE-{number}"] for number in ASKED},
        registers={registries["databaseID"]: registries["registryname"]},
    )


def _send(node: Node, method: str, path: str, value: object = None) -> Any:
    body = json.dumps(value).encode() if value is not None else b""
    headers = {"information-mediator-client": CLIENT, "content-type": "application/json"}
    status, _, told = node.call(method, path, headers, body)
    if status != 200:
        raise RuntimeError(f"{method} {path} was answered with {status}: {told[:200]!r}")
    return json.loads(told)
