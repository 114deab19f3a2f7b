"""What a person of these tests has: cases, papers, notices, data, looks; and who is asked for it."""

import asyncio
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from markupsafe import Markup
from msgspec import structs
from tests.portal.citizen.house import Desk

from riik.core import Unavailable
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.telling.component import Told

HOSTILE = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"
TRANSPORT = "EE-DEMO/GOV/70001053/services"
POPULATION = "EE-DEMO/GOV/70008440/population"
PERSON = {"name": "Mari Maasikas", "given_names": "Mari", "self": True}
CHILD = {"name": "Joosep Maasikas", "given_names": "Joosep", "self": False}
OFFICIAL = {
    "kind": "official",
    "organisation": "Transport Administration",
    "unit": "Licences",
    "name": "Anneli Põder",
}
NOBODY = {"kind": "nobody", "organisation": "", "unit": "", "name": ""}

ROW = {
    "case": "case-with-an-official-1",
    "number": "2026-000017",
    "service": "driving-licence",
    "title": "Renew a driving licence",
    "organisation": "Transport Administration",
    "provider": TRANSPORT,
    "state": "with-official",
    "state_text": "With an official",
    "state_tag": "now",
    "opened": "2026-11-23T08:41:00Z",
    "due": "2026-12-02T12:00:00Z",
    "person": PERSON,
    "next": {"step": "review"},
    "with": OFFICIAL,
    "may": ["withdraw"],
    "unread": 0,
}
VIEW = ROW | {
    "facts": [],
    "said": [
        {
            "page": "reason",
            "field": "reason",
            "label": "Why do you need a new licence?",
            "value": "It runs out soon",
            "kind": "text",
            "step": "answers/reason",
        }
    ],
    "fee": {
        "amount": 2300,
        "currency": "EUR",
        "label": "State fee",
        "law": "State Fees Act § 190",
        "reference": "",
        "paid": "2026-11-23T08:45:00Z",
    },
    "assistant": None,
    "asked": None,
    "documents": [
        {
            "name": "application.asice",
            "title": "Your application",
            "about": "signed by Mari Maasikas",
            "size": 114688,
            "media_type": "text/html",
            "at": "2026-11-23T08:44:00Z",
        }
    ],
    "timeline": [
        {
            "at": "2026-11-23T08:41:00Z",
            "day": None,
            "kind": "registers-asked",
            "actor": "computer",
            "title": "The registers were asked",
            "detail": "4 looks, all on record",
            "state": "done",
        },
        {
            "at": "2026-11-23T08:44:00Z",
            "day": None,
            "kind": "signed",
            "actor": "person",
            "title": "You signed the application",
            "detail": "",
            "state": "done",
        },
        {
            "at": "2026-11-23T08:46:00Z",
            "day": None,
            "kind": "now",
            "actor": "official",
            "title": "An official looks at it",
            "detail": "",
            "state": "now",
        },
        {
            "at": None,
            "day": "2026-12-02",
            "kind": "decision",
            "actor": "",
            "title": "The decision",
            "detail": "",
            "state": "ahead",
        },
    ],
    "grounds": [],
    "why_waiting": ["Your address changed yesterday: an official checks where to send the card."],
    "decision": None,
}
DRAFT = ROW | {
    "case": "case-that-is-a-draft-01",
    "number": "",
    "state": "draft",
    "state_text": "Not handed in yet",
    "state_tag": "plain",
    "person": CHILD,
    "service": "driving-course",
    "title": "Sign up for a driving course",
    "with": {"kind": "person", "organisation": "", "unit": "", "name": ""},
    "due": None,
    "may": ["answer", "withdraw"],
    "next": {"step": "answers/school"},
}
ENDED = ROW | {
    "case": "case-that-has-ended-001",
    "number": "2026-000003",
    "state": "granted",
    "state_text": "Granted",
    "state_tag": "yes",
    "opened": "2026-10-02T08:41:00Z",
    "with": NOBODY,
    "may": [],
    "next": {"step": "none"},
}
GRANTED = (
    VIEW
    | ENDED
    | {
        "why_waiting": [],
        "documents": [
            *VIEW["documents"],
            {
                "name": "decision.pdf",
                "title": "The decision",
                "about": "sealed by Transport Administration",
                "size": 61_000,
                "media_type": "application/pdf",
                "at": "2026-10-02T09:00:00Z",
            },
        ],
        "timeline": [
            *VIEW["timeline"][:2],
            VIEW["timeline"][2] | {"title": "The decision is yes", "state": "done"},
            VIEW["timeline"][3] | {"title": "The card is in the post", "day": "2026-10-12"},
        ],
        "decision": {
            "outcome": "granted",
            "text": "We renew your driving licence.",
            "at": "2026-10-02T09:00:00Z",
            "by": "computer",
            "document": "decision.pdf",
            "next": ["You may drive with the old card until the new one comes."],
            "appeal": {"text": "You may file a challenge with us.", "until": "2026-11-02"},
        },
    }
)
REFUSED = GRANTED | {
    "case": "case-that-was-refused-1",
    "state": "refused",
    "state_text": "Refused",
    "state_tag": "no",
    "may": ["appeal"],
    "grounds": [
        {
            "code": "medical-expired",
            "text": "Your medical certificate has expired.",
            "law": "Traffic Act § 101",
        }
    ],
    "decision": GRANTED["decision"]
    | {"outcome": "refused", "text": "We can’t renew your driving licence.", "next": []},
}
ASKED = VIEW | {
    "case": "case-in-which-one-asks-1",
    "state": "asked",
    "state_text": "Waits for your answer",
    "state_tag": "wait",
    "with": {"kind": "person", "organisation": "", "unit": "", "name": ""},
    "may": ["amend", "withdraw"],
    "why_waiting": [],
    "person": CHILD,
    "asked": {
        "message": "The photo is older than five years. Choose another one.",
        "pages": ["photo"],
        "by": "Anneli Põder",
        "unit": "Licences",
        "at": "2026-11-23T08:50:00Z",
        "until": "2026-12-01",
    },
}
WAITING = {
    "case": "case-of-somebody-silent",
    "state": "waiting-for-provider",
    "service": "driving-licence",
    "why": "waiting",
    "next": {"step": "waiting"},
}
NOTICE = {
    "id": "case-that-has-ended-001/decided",
    "sender": TRANSPORT,
    "organisation": "Transport Administration",
    "case": "case-that-has-ended-001",
    "title": "Your driving licence is renewed",
    "body": "We decided yes.\n\nThe card comes by post within ten working days.",
    "language": "en",
    "legal_effect": True,
    "sent": "2026-11-23T08:00:00Z",
    "read": None,
}
LETTER = NOTICE | {
    "id": "welcome",
    "title": "Sinu postkast on avatud",
    "body": "Tere.",
    "language": "et",
    "legal_effect": False,
    "case": "",
    "sent": "2026-03-01T08:00:00Z",
    "read": "2026-03-02T08:00:00Z",
}
REGISTER = {
    "register": POPULATION,
    "name": "Population register",
    "organisation": "Ministry of the Interior",
    "law": "Population Register Act",
    "silent": False,
}
FACT = {
    "fields": ["residence"],
    "label": "Residence",
    "value": "Pikk 1, Tallinn",
    "kind": "text",
    "record": 0,
    "register": POPULATION,
    "from": "Population register",
}
OWN = [
    REGISTER
    | {
        "rows": [
            FACT | {"fields": ["phone"], "label": "Phone", "value": "+372 5123 4567"},
            FACT | {"fields": ["given_names"], "label": "Given names", "value": "Mari"},
            FACT
            | {"fields": ["birth_date"], "label": "Born", "value": "1990-01-01", "kind": "day"},
            FACT,
        ]
    },
    REGISTER
    | {
        "register": "EE-DEMO/GOV/70001053/driving-rights",
        "name": "Driving rights",
        "silent": True,
        "rows": [],
    },
    REGISTER
    | {
        "register": "EE-DEMO/PRI/10000011/medical-certificates",
        "name": "Medical certificates",
        "organisation": "Kadriorg Clinic",
        "law": "",
        "rows": [],
    },
]
PROOF = {
    "standing": "proved",
    "position": 1_904_376,
    "log": "riik.example/ee-demo/interior",
    "size": 1_904_400,
    "witnesses": [{"name": "Open Eye Association", "at": "2026-11-23T08:45:31Z"}],
    "receipt": "entry-1",
    "why": "",
}
LOOK = {
    "entry": "entry-1",
    "at": "2026-11-23T08:45:00Z",
    "who": "computer",
    "name": "",
    "organisation": "Transport Administration",
    "what": ["name", "birth date", "address"],
    "action": "consult",
    "outcome": "answered",
    "why": "",
    "sentence": Markup(
        "A <strong>computer</strong> read your data: <strong>name and address</strong>. No person saw them."
    ),
    "register": POPULATION,
    "source": "Population register",
    "law": "Traffic Act",
    "case": "case-with-an-official-1",
    "message": "m",
    "proof": PROOF,
}
NO_PROOF = PROOF | {"position": None, "size": None, "witnesses": [], "receipt": ""}
LOOKS = {
    "looks": 3,
    "organisations": 2,
    "refused": 1,
    "proved": 1,
    "coming": 1,
    "broken": 0,
    "unknown": 0,
    "silent": ["Kadriorg Clinic"],
    "logs": [],
    "complete": False,
    "days": 30,
    "more": False,
    "groups": [
        {
            "organisation": "Transport Administration",
            "member": "EE-DEMO/GOV/70001053",
            "purpose": "To renew your driving licence",
            "cases": ["case-with-an-official-1"],
            "looks": [
                LOOK
                | {
                    "entry": "entry-2",
                    "who": "official",
                    "sentence": Markup("<strong>Anneli Põder</strong> read your address."),
                    "proof": NO_PROOF | {"standing": "coming"},
                },
                LOOK,
            ],
        },
        {
            "organisation": "Demonstration Bank",
            "member": "EE-DEMO/PRI/10000022",
            "purpose": "Marketing",
            "cases": [],
            "looks": [
                LOOK
                | {
                    "entry": "entry-3",
                    "at": "2026-10-29T01:12:00Z",
                    "outcome": "refused",
                    "sentence": "Demonstration Bank asked for your address. Nothing was given.",
                    "law": "",
                    "proof": NO_PROOF | {"standing": "none"},
                }
            ],
        },
    ],
}
RECEIPT = b"c2sp.org/tlog-proof@v1\nindex 1904376\n"


@dataclass
class Counter(Desk):
    """The counter of these tests: a real provider, and besides it the values above.

    Attributes:
        views: Cases that only this counter knows, by id.
        files: Their papers, by name.
        asked: What was asked or told, in order.
    """

    views: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    async def read_notice(self, visitor, *, sender, notice, language):
        self.asked.append(("read", sender, notice))
        found = self._told("notices", {"notices": []})["notices"]
        one = next((one for one in found if (one["sender"], one["id"]) == (sender, notice)), None)
        if one is None:
            raise PortalRefused("there is no such notice", why="no-notice")
        return one | {"read": one["read"] or "2026-11-23T12:00:00Z"}

    async def correct(self, visitor, **said):
        self.asked.append(("correct", said))
        return self._told(
            "correct", {"number": "2026-000003", "organisation": "Ministry", "days": 30}
        )

    async def corrections(self, visitor, language):
        self.asked.append(("corrections", language))
        return self._told("corrections", {"rows": [], "silent": []})

    async def looks(self, visitor, language, *, days=30):
        self.asked.append(("looks", days))
        return self._told("looks", LOOKS)

    async def receipt(self, visitor, *, register, entry):
        if (str(register), entry) != (POPULATION, "entry-1"):
            raise PortalRefused("there is no such look", why="no-look")
        return RECEIPT


@dataclass
class Choices:
    """How a person is told, as an inbox would keep it."""

    told: Told
    said: list = field(default_factory=list)

    async def of(self, visitor):
        if self.told is None:
            raise PortalRefused("nobody is told of anything", why="no-telling")
        return self.told

    async def choose(self, visitor, choice):
        self.said.append(choice)
        self.told = structs.replace(self.told, chosen=True)
        return self.told

    async def subscribe(self, visitor, browser):
        self.said.append(browser)


@dataclass
class Cases:
    """Cases as the tests tell them; any other is asked of the real provider.

    Attributes:
        provider: The real one.
        views: By id.
        files: Papers of any of them, by name.
        silent: Ids of cases whose provider does not answer.
        sent: Steps that were sent.
    """

    provider: object
    views: dict
    files: dict
    silent: set = field(default_factory=set)
    sent: list = field(default_factory=list)

    async def start(self, visitor, **said):
        return await self.provider.start(visitor, **said)

    async def step(self, visitor, case_id, *, step, content):
        if case_id not in self.views:
            return await self.provider.step(visitor, case_id, step=step, content=content)
        self.sent.append((case_id, step, dict(content)))
        return self.views[case_id]

    async def appeal(self, visitor, case_id, *, reason):
        await self.step(visitor, case_id, step="appeal", content={"reason": reason})
        return "appeal-of-a-test-00000001"

    async def status(self, visitor, case_id, *, language=""):
        if case_id in self.silent:
            raise Unavailable("the provider is silent", why="network")
        if case_id not in self.views:
            return await self.provider.status(visitor, case_id, language=language)
        return self.views[case_id]

    async def document(self, visitor, case_id, name, *, language=""):
        if case_id not in self.views:
            return await self.provider.document(visitor, case_id, name)
        return self.files[name]


@asynccontextmanager
async def served(app):
    """The application on a port of its own, in this loop: answers its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


def form_of(name, content, *, field="file", media_type="application/octet-stream"):
    """A form with a file, as a browser sends it: body and content type."""
    mark = "----boundary-of-a-test"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    body = head.encode() + f"Content-Type: {media_type}\r\n\r\n".encode() + content
    return body + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
