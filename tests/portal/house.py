"""A small country as its nodes would tell it: ten members, a dozen messages, no real person."""

import asyncio
import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import unquote

from riik.portal.operator import (
    Country,
    JourneyFile,
    Listed,
    LogHead,
    Member,
    Message,
    NodeStatus,
    WatchedLog,
)

NOON = datetime(2026, 11, 23, 12, 0, 7, tzinfo=UTC)

MEMBERS = [
    ("portal", "GOV", "70000006", "State Portal", "Riigiportaal", "Cổng dịch vụ nhà nước"),
    ("interior", "GOV", "70000004", "Ministry of the Interior", "Siseministeerium", "Bộ Nội vụ"),
    ("bank", "COM", "10000001", "Linnu Bank", "Linnu Pank", "Ngân hàng Linnu"),
    ("transport", "GOV", "70000005", "Transport Administration", "Transpordiamet", "Cục Giao thông"),
    ("clinic", "COM", "10000002", "Kadriorg Clinic", "Kadrioru Kliinik", "Phòng khám Kadriorg"),
    ("trust", "GOV", "70000002", "Trust Centre", "Usalduskeskus", "Trung tâm tin cậy"),
    ("witness", "NGO", "80000001", "Citizens’ Watch", "Kodanike Valve", "Giám sát công dân"),
    ("identity", "GOV", "70000003", "Police and Border Guard", "Politsei- ja Piirivalveamet", "Cảnh sát và Biên phòng"),
    ("school", "COM", "10000003", "Rooli Driving School", "Autokool Rool", "Trường dạy lái xe Rool"),
    ("authority", "GOV", "70000001", "Digital Government Authority", "Digiriigi Amet", "Cơ quan Chính phủ số"),
]  # fmt: skip

RUNS = {
    "portal": ("exchange", "inbox", "portal"),
    "interior": ("exchange", "registers", "transparency"),
    "bank": ("exchange", "payments"),
    "transport": ("cases", "exchange", "registers", "services", "transparency"),
    "clinic": ("exchange", "registers", "transparency"),
    "trust": ("exchange", "trust"),
    "witness": ("exchange", "witness"),
    "identity": ("exchange", "identity", "registers", "transparency"),
    "school": ("exchange", "registers", "services", "transparency"),
    "authority": ("exchange", "exchange centre", "login"),
}

ASKED = [
    ("portal", "transport", "services/start", 201, 41),
    ("transport", "interior", "population/person", 200, 12),
    ("transport", "identity", "identity-documents/image", 200, 15),
    ("transport", "clinic", "medical-certificates/driver-certificate", 200, 14),
    ("transport", "school", "driving-training/training", 404, 9),
    ("portal", "transport", "services/sign", 200, 88),
    ("portal", "bank", "payments/pay", 200, 36),
    ("bank", "transport", "payments/paid", 200, 19),
    ("transport", "transport", "driving-rights/renewal", 200, 17),
    ("transport", "portal", "inbox/notify", 0, None),
]


def member_id(name):
    """The identifier of a member by its role."""
    return next(f"EE-DEMO/{m[1]}/{m[2]}" for m in MEMBERS if m[0] == name)


def listed(name, port=None):
    """What is known of a member without asking it."""
    place = [m[0] for m in MEMBERS].index(name)
    _, _, _, english, estonian, vietnamese = MEMBERS[place]
    return Listed(
        name=name,
        member=member_id(name),
        names={"en": english, "et": estonian, "vi": vietnamese},
        origin=f"http://localhost:{port or 7100 + place}",
    )


def root(text):
    """A root hash as a checkpoint writes it."""
    return base64.b64encode(sha256(text.encode()).digest()).decode()


def message(place, *, answered_here=True, **changes):
    """One of the messages of `ASKED`, as the member that answered logged it."""
    asker, provider, offer, status, took = ASKED[place]
    values = {
        "id": f"message-{place}",
        "at": NOON + timedelta(milliseconds=100 * place),
        "client": f"{member_id(asker)}/services",
        "service": f"{member_id(provider)}/{offer}",
        "status": status,
        "milliseconds": took,
        "time_stamped": place < 7,
        "answered_here": answered_here,
    }
    return Message(**{**values, **changes})


def status(name, **changes):
    """What a member's node says of itself."""
    keeps_log = "transparency" in RUNS[name]
    origin = f"riik.example/ee-demo/{name}"
    logs = [m[0] for m in MEMBERS if "transparency" in RUNS[m[0]]]
    watched = [WatchedLog(origin=f"riik.example/ee-demo/{n}", size=41, root=root(n)) for n in logs]
    values = {
        "name": name,
        "member": member_id(name),
        "names": dict(listed(name).names),
        "server": f"127.0.0.{2 + len(name)}:5500",
        "runs": RUNS[name],
        "messages": 1234,
        "log": LogHead(origin=origin, size=41, root=root(name)) if keeps_log else None,
        "watches": tuple(watched) if name == "witness" else (),
        "recent": tuple(message(p) for p, asked in enumerate(ASKED) if asked[1] == name),
        "demonstration": True,
    }
    return NodeStatus(**{**values, **changes})


def country(*, down=(), files=()):
    """All members; those of `down` don't answer."""
    members = [
        Member(listed=listed(m[0]), why="refused")
        if m[0] in down
        else Member(listed=listed(m[0]), status=status(m[0]))
        for m in MEMBERS
    ]
    return Country(at=NOON, members=tuple(members), files=tuple(files))


FILES = tuple(
    JourneyFile(name=name, size=size, at=NOON)
    for name, size in [
        ("application.asice", 48_211),
        ("decision.pdf", 91_734),
        ("evidence/interior-person.asice", 12_400),
        ("licence.json", 1_320),
        ("looks/interior-0.tlog-proof", 902),
        ("looks/clinic-0.tlog-proof", 911),
        ("trusted-list.xml", 9_876),
        ("trusted-list-signer.pem", 1_021),
    ]
)


@dataclass
class Answer:
    """What an application answered."""

    status_code: int
    headers: dict
    content: bytes

    @property
    def text(self):
        return self.content.decode()

    def json(self):
        return json.loads(self.content)


def get(app, target, **headers):
    """Ask an ASGI application one GET, in this process."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    names = {k.decode().lower(): v.decode() for k, v in sent[0]["headers"]}
    return Answer(sent[0]["status"], names, b"".join(m.get("body", b"") for m in sent[1:]))
