"""A national login that is a few lines, and a browser that is a dictionary of cookies."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

from riik.core import KeyKind, person_code
from riik.formats import canonical_json, jose
from riik.portal.session import LoginSilent, RelyingClient, SignInRefused, Tokens
from riik.portal.session.oidc import Endpoints
from riik.testing.pki import MemoryKey

ISSUER = "http://localhost:7100"
ORIGIN = "http://localhost:7104"
CLIENT = RelyingClient(
    issuer=ISSUER, id="portal", secret="s" * 43, back=f"{ORIGIN}/sign-in/back", home=f"{ORIGIN}/"
)
MARI, JAAN = person_code("EE49001010001"), person_code("EE38001085718")
EVENT = "http://schemas.openid.net/event/backchannel-logout"
FORM = "application/x-www-form-urlencoded"


def half(token):
    """``at_hash`` as OpenID Connect has it."""
    return jose.encode_base64url(sha256(token.encode()).digest()[:16])


def signed(key, claims, *, kid, **header):
    """Claims as a compact JWS of this key."""
    payload = canonical_json.encode(claims)
    return jose.sign(payload, signer=key, header={"typ": "JWT", "kid": kid, **header})


@dataclass
class Login:
    """The national login: who comes with a request is signed in as `person`.

    Attributes:
        person: Who shows their card.
        sid: Of login's session.
        claims: What its next ID tokens say otherwise.
        silent: It does not answer.
        asked_keys: How often its keys were asked for anew.
    """

    clock: object
    key: MemoryKey
    person: str = MARI
    sid: str = "session-of-login"
    kid: str = "2026"
    claims: dict = field(default_factory=dict)
    silent: bool = False
    shown: dict = field(default_factory=dict)
    codes: dict = field(default_factory=dict)
    asked_keys: int = 0

    def __post_init__(self):
        self.shown = {self.kid: self.key.public_key}

    async def endpoints(self, *, fresh=False):
        self._answer()
        paths = {name: f"{ISSUER}/oidc/{name}" for name in ("token", "keys", "logout")}
        return Endpoints(authorization=f"{ISSUER}/oidc/authorize", **paths)

    async def keys(self, *, fresh=False):
        self._answer()
        self.asked_keys += fresh
        return dict(self.shown)

    async def redeem(self, code, /, *, verifier):
        self._answer()
        asked = self.codes.pop(code, None)
        if asked is None:
            raise SignInRefused("login takes this code no more", why="code")
        proof = jose.encode_base64url(sha256(verifier.encode()).digest())
        if proof != asked["code_challenge"]:
            raise SignInRefused("login takes this code no more", why="code")
        access = f"handle-{code}"
        return Tokens(access, self.id_token(asked, access))

    def id_token(self, asked, access, *, key=None, kid=None):
        """What it signs for a request."""
        now = int(self.clock.now().timestamp())
        claims = {
            "jti": f"token-{access}",
            "iss": ISSUER,
            "sub": str(self.person),
            "aud": "portal",
            "iat": now,
            "nbf": now,
            "exp": now + 40,
            "auth_time": now,
            "nonce": asked["nonce"],
            "state": asked["state"],
            "acr": "high",
            "amr": ["idcard"],
            "at_hash": half(access),
            "sid": self.sid,
            "profile_attributes": {
                "date_of_birth": "1990-01-01",
                "given_name": "MARI",
                "family_name": "MAASIKAS",
            },
        }
        said = {name: value for name, value in (claims | self.claims).items() if value is not None}
        return signed(key or self.key, said, kid=kid or self.kid)

    def logout_token(self, **other):
        """What it tells when a session is over."""
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": "portal",
            "iat": now,
            "exp": now + 120,
            "jti": "logout-1",
            "sid": self.sid,
            "events": {EVENT: {}},
        }
        said = {name: value for name, value in (claims | other).items() if value is not None}
        return signed(self.key, said, kid=self.kid, typ="logout+jwt")

    def sign_in(self, address):
        """A person signs in there; answers the address to which login sends them back."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}-{asked['state'][:8]}"
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": ISSUER}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def _answer(self):
        if self.silent:
            raise LoginSilent("login does not answer", why="network")


def rsa_key():
    """A key for tokens."""
    return MemoryKey(KeyKind.RSA2048)


def other_time(clock, **parts):
    """Seconds since 1970, from now."""
    return int((clock.now() + timedelta(**parts)).timestamp())


class Browser:
    """One browser at one site: keeps cookies, sends forms from the site's own pages."""

    def __init__(self, app, *, origin=ORIGIN):
        self.app, self.origin, self.cookies = app, origin, {}

    async def get(self, path, **headers):
        """Open an address of the site."""
        return await self.send("GET", path, accept="text/html", **headers)

    async def post(self, path, fields, **headers):
        """Send a form; a list of pairs, or a dictionary."""
        body = fields if isinstance(fields, bytes) else urlencode(fields, doseq=True).encode()
        sent = {"origin": self.origin, "sec-fetch-site": "same-origin", "content-type": FORM}
        return await self.send("POST", path, body, **(sent | headers))

    async def json(self, path, content):
        """Send JSON from one of the site's pages."""
        headers = {"content-type": "application/json", "x-csrf": await self.csrf()}
        return await self.post(path, json.dumps(content).encode(), **headers)

    async def send(self, method, path, body=b"", **headers):
        """Send anything; header names with ``_`` for ``-``, None leaves one out."""
        parts = urlsplit(path)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"host": urlsplit(self.origin).netloc, "cookie": cookie, **named}
        scope = {
            "type": "http",
            "method": method,
            "scheme": urlsplit(self.origin).scheme,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in sent.items() if v is not None],
            "client": ("192.0.2.7", 1),
            "server": ("localhost", 7104),
        }
        messages = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def answer(message):
            messages.append(message)

        await self.app(scope, receive, answer)
        return self._received(messages)

    async def sign_in(self, login, to="/private"):
        """Go to login and come back; answers the last page."""
        away = await self.get(f"/sign-in?{urlencode({'to': to})}")
        back = urlsplit(login.sign_in(away.headers["location"]))
        return await self.get(f"{back.path}?{back.query}")

    async def csrf(self):
        """The token that our pages carry."""
        return (await self.send("GET", "/v1/session")).json["csrf"]

    def _received(self, messages):
        start, headers, set_cookies = messages[0], {}, []
        for name, value in start["headers"]:
            if name == b"set-cookie":
                set_cookies.append(value.decode())
            headers[name.decode()] = value.decode()
        for text in set_cookies:
            name, _, value = text.partition(";")[0].partition("=")
            gone = "max-age=0" in text.lower()
            self.cookies.pop(name, None) if gone else self.cookies.update({name: value})
        body = b"".join(message.get("body", b"") for message in messages[1:])
        plain = headers.get("content-type", "").partition(";")[0].endswith("json")
        return SimpleNamespace(
            status=start["status"],
            headers=headers,
            set=set_cookies,
            text=body.decode(),
            json=json.loads(body) if plain and body else None,
        )
