"""A failure as one line: what is wrong, why, and what to do about it.

Errors carry a code and a reason, never what to do: that depends on who is told, and here it is
somebody at a terminal.
"""

from typing import ClassVar, Final

from riik.core import Refused, RiikError, Unavailable

__all__ = ["CommandRefused", "complaint", "remedy"]


class CommandRefused(Refused):
    """What the command was given can't be used as it is."""

    code: ClassVar[str] = "cli.refused"


REMEDIES: Final = {
    ("cli.refused", "file"): "check the path and that you may read it",
    ("cli.refused", "size"): "give the file itself, not an archive or an image of a disk",
    ("formats.seal-refused", "unsigned"): "have its owner sign it: riik service sign, riik "
    "register publish; or say `unsigned = true` under [services] or [registers] of a node that "
    "needs no signature",
    ("formats.seal-refused", "changed"): "get the folder again from its owner, or have them "
    "sign what it is now",
    ("formats.seal-refused", "signer"): "get the certificate of the owner's seal, by another "
    "way than the folder, and name it as a signer",
    ("formats.seal-refused", "signature"): "get the folder again from its owner",
    ("cli.refused", "key"): "give a private key as PEM without passphrase, or --node",
    ("cli.refused", "path"): "don't use this file; tell who sent it",
    ("cli.refused", "not-empty"): "name a folder that is empty or does not exist yet",
    ("cli.refused", "catalogue"): "name a service of the catalogue",
    ("cli.refused", "demonstration"): "say `demonstration = true` under [node] and start it with "
    "--demonstration, if this really is a demonstration",
    ("cli.refused", "no-trust"): "name what you trust: --trusted-list XML with --signer PEM, or "
    "--anchors DER",
    ("cli.refused", "no-signer"): "name who seals the list: --signer PEM",
    ("cli.refused", "no-log-key"): "name the log's key: --log-key VKEY, or a file that holds it",
    ("cli.refused", "certificate"): "give a certificate as PEM or DER",
    ("cli.refused", "mapping"): "give --mapping MAP.toml; --propose prints one to begin with",
    ("cli.refused", "rejected"): "name another file: --rejected FILE",
    ("cli.refused", "node"): "give --node NODE.TOML, the node that keeps the register",
    ("registers.import-refused", "changed"): "let nobody write to the source, and import it again",
    ("registers.import-refused", "unfinished"): "give --resume to go on, or --undo RUN",
    ("registers.import-refused", "nothing-to-resume"): "import without --resume; rows that are "
    "there already are left as they are",
    ("registers.import-refused", "changed-since"): "correct those records one by one: an undo "
    "would take back what others did",
    ("registers.import-refused", "source"): "check the address and the table; only SQLite and "
    "PostgreSQL come along, other databases need their driver",
    ("registers.import-refused", "header"): "give every column a name of its own in the first row",
    ("registers.import-refused", "encoding"): "name the encoding in the mapping: [source] encoding",
    ("runtime.disk-unavailable", "full"): "make room on the disk, then go on with --resume",
    ("formats.toml-refused", "unknown-key"): "correct the key that is named, or remove it",
    ("formats.toml-refused", "value"): "give the key that is named a value of its kind",
    ("formats.toml-refused", "syntax"): "correct the line that is named (the form is TOML 1.0)",
    ("demo.example-missing", "folder"): "run it from a checkout, or install riik anew: the "
    "bank's website comes along in share/riik/examples",
    ("demo.refused", "busy"): "stop the other command, or name another folder: --state FOLDER",
    ("demo.folder-refused", "state"): "name a folder that you may write to and that has room: "
    "--state FOLDER",
    ("demo.folder-refused", "out"): "name a folder that you may write to and that has room: "
    "--out FOLDER",
    ("demo.holders-lost", "lost"): "put the file back, or begin anew with --fresh: the state that "
    "is there is then deleted",
    ("demo.state-lost", "began"): "put the file back, or name another folder: --state FOLDER",
    ("demo.state-lost", "node"): "put the node's folder back from a copy, or begin anew with "
    "--fresh: the whole country is then deleted",
    ("node.port-taken", "port"): "stop what uses the port, or name another one in node.toml",
    ("node.config-refused", "file"): "give the path of a node.toml that you may read",
    ("node.config-refused", "secret"): "write `file:PATH` or `env:NAME`, and make what it names "
    "readable for the node",
    ("node.config-refused", "missing"): "put the node's folder back from its backup, or bring the "
    "file again from whom it came",
    ("runtime.vault-refused", "empty"): "put vault.db back from a backup of this node; without it "
    "nobody can read what was sealed",
    ("runtime.vault-refused", "other"): "put vault.db and keys back from backups of this node; "
    "without them nobody can read what was sealed",
    ("runtime.vault-refused", "database"): "put state.db back from a backup of this node; to begin "
    "with nothing, move vault.db away as well",
    ("runtime.database-unavailable", "damaged"): "put the file back from its backup: it is no "
    "database any more",
    ("runtime.database-unavailable", "full"): "make room on the disk that holds the databases, "
    "then try again",
    ("runtime.database-unavailable", "cannot-open"): "see that its folder is there and that you "
    "may write to it",
    ("runtime.database-unavailable", "read-only"): "see that you may write to its folder",
    ("runtime.database-unavailable", "disk"): "see that the disk has room and is sound",
    ("runtime.disk-unavailable", "write"): "see that the disk has room and that you may write "
    "there",
    ("runtime.disk-unavailable", "read"): "see that you may read it and that the disk is sound",
    ("runtime.key-refused", "passphrase"): "give the passphrase that the keys were made with, or "
    "put keys back from the backup that goes with it",
    ("runtime.key-refused", "damaged"): "put keys back from the node's backup",
    ("services.folder-refused", "deadline"): "correct [deadline]: docs/reference/service-folder.md",
    ("services.folder-refused", "appeal"): "correct [appeal]: name the law, and the days",
    ("services.folder-refused", "retention"): "correct [retention]: years, and the law",
    ("services.folder-refused", "message"): "say who sends it: [[messages]] with id and from",
    ("rules.refused", "table"): "correct the table that is named",
    ("trust.list-refused", "signer"): "give the certificate that seals this list: --signer",
    ("trust.list-refused", "outdated"): "fetch the newest list from its publisher",
    ("transparency.checkpoint-refused", "log-signature"): "give the key of the log that this "
    "proof comes from: --log-key",
    ("transparency.checkpoint-refused", "origin"): "give the key of the log that this proof "
    "comes from: --log-key",
    ("transparency.checkpoint-refused", "threshold"): "wait for the next head and fetch the proof "
    "again, or ask for fewer witnesses: --threshold",
    ("transparency.proof-refused", "root"): "fetch the proof again; if it fails again keep both, "
    "they are evidence",
}
"""What to do, by code and reason."""

BY_COMPONENT: Final = {
    "services": "correct the folder and check it again",
    "registers": "correct what is named and try again",
    "rules": "correct rules.dmn and check it again",
    "transparency": "fetch the proof again from whoever keeps the data",
    "trust": "check that the files belong together",
    "node": "correct node.toml; `riik node check` shows every value",
}
"""What to do with any other reason, by the code's first word."""


def complaint(error: RiikError) -> str:
    """The line that tells a failure."""
    message = " ".join(str(error).split()).rstrip(".")
    return f"riik: {message} ({error.code}, {error.why}). Remedy: {remedy(error)}."


def remedy(error: RiikError) -> str:
    """What to do about it."""
    found = REMEDIES.get((error.code, error.why))
    if found is None and isinstance(error, Unavailable):
        found = "try again in a moment"
    component = error.code.partition(".")[0]
    return found or BY_COMPONENT.get(component, "change what is named and try again")
