"""Sessions at the sites of the state: who is signed in here, and whose form this is."""

from riik.portal.session.component import Entered, Guests, Provider, Tokens
from riik.portal.session.errors import (
    AlreadyReceived,
    ForeignRequest,
    FormRefused,
    LoginSilent,
    SignedOut,
    SignInRefused,
    StalePage,
    TokenRefused,
)
from riik.portal.session.forms import Form
from riik.portal.session.kept import KeptForms
from riik.portal.session.model import Once, RelyingClient, SessionRules, Visitor

__all__ = [
    "AlreadyReceived",
    "Entered",
    "ForeignRequest",
    "Form",
    "FormRefused",
    "Guests",
    "KeptForms",
    "LoginSilent",
    "Once",
    "Provider",
    "RelyingClient",
    "SessionRules",
    "SignInRefused",
    "SignedOut",
    "StalePage",
    "TokenRefused",
    "Tokens",
    "Visitor",
]
