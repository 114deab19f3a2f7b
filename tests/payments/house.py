"""The national login as a bank meets it: a key, its tokens, and the addresses where it publishes."""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from riik.core import KeyKind
from riik.formats import canonical_json, jose
from riik.payments import link_of
from riik.runtime.web import serve

ISSUER, SITE = "http://localhost:7100", "bank-site"


@dataclass(frozen=True)
class RsaKey:
    """A signer whose key is in memory."""

    private: rsa.RSAPrivateKey
    kind: KeyKind = KeyKind.RSA2048

    @classmethod
    def new(cls):
        return cls(rsa.generate_private_key(65537, 2048))

    @property
    def public_key(self):
        public = self.private.public_key()
        return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message, /):
        return self.private.sign(message, padding.PKCS1v15(), SHA256())

    def jwk(self, kid, **more):
        return {**jose.jwk(self.public_key), "kid": kid, "use": "sig", **more}


def claims_of(person, *, at, **changes):
    """The claims of an ID token that holds; a change to None leaves one out."""
    now = int(at.timestamp())
    claims = {
        "iss": ISSUER,
        "aud": SITE,
        "sub": person,
        "jti": "token-1",
        "iat": now,
        "exp": now + 40,
        "auth_time": now,
        "acr": "high",
        "nonce": "of-nothing",
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def shown(order, **changes):
    """The claims of a sign-in for an order: bound to it, and shown by login."""
    payment = {
        "type": "payment_initiation",
        "instructedAmount": {"currency": order.amount.currency, "amount": order.amount.decimal()},
        "creditorName": "Transport Administration",
        "creditorAccount": {"iban": order.account},
    }
    return {"nonce": link_of(order), "authorization_details": [payment | changes]}


def token(key, claims, *, kid="k1", **header):
    """An ID token over these claims."""
    return jose.sign(canonical_json.encode(claims), signer=key, header={"kid": kid, **header})


def seconds(at, **difference):
    """A NumericDate some time from a moment."""
    return int((at + timedelta(**difference)).timestamp())


class Published:
    """What login answers at its addresses, and how often it was asked."""

    def __init__(self):
        self.keys, self.asked, self.changes, self.origin = [], 0, {}, ""

    async def discovery(self, _request):
        told = {"issuer": self.origin, "jwks_uri": f"{self.origin}/oidc/jwks"}
        return JSONResponse(told | self.changes)

    async def jwks(self, _request):
        self.asked += 1
        return JSONResponse({"keys": self.keys})


@asynccontextmanager
async def published():
    """A login that publishes its keys on a port of its own."""
    login = Published()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", login.discovery),
            Route("/oidc/jwks", login.jwks),
        ]
    )
    server = await serve(app, "127.0.0.1", 0)
    login.origin = f"http://127.0.0.1:{server.port}"
    try:
        yield login
    finally:
        await server.stop()
