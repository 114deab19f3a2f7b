"""What a register's codes mean in people's words: for whoever shows looks or records to them.

Nobody's data: the same for all. Pure.
"""

from typing import Any

from riik.registers.model import RegisterDefinition

__all__ = ["words_of"]


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
        "laws": {law.id: dict(law.names) for law in definition.laws},
    }
