"""Mail by a relay: which messages did it take, which will it never, which may it later?

SMTP (RFC 5321) with STARTTLS (RFC 3207) or TLS from the first byte (RFC 8314 §3), one
connection for a batch. A 5xx answer is permanent, a 4xx one and a broken line are passing
(RFC 5321 §4.2.1). Signing for the sender's domain (DKIM, RFC 6376) is the relay's work.

When the line breaks between the text and the relay's answer nobody knows whether it was
taken: the message counts as put off, comes again under the same Message-ID, and may arrive
twice. What a message says is the inbox's affair.

Everything here blocks: it is called in threads of its own, never in those of the database.
"""

import re
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from ipaddress import ip_address

from riik.core import Memo
from riik.runtime.errors import MailRefused, PeerUnavailable

__all__ = ["Line", "Mail", "Outcome", "Relay", "Sent", "check_address", "written"]

MOST_BYTES = 256 * 1024
MOST_SUBJECT = 200
MOST_KEPT = 64
"""So many texts stay written: most messages of an hour say the same of the same sender."""
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_ADDRESS = re.compile(rf"{_LOCAL}@{_LABEL}(?:\.{_LABEL})+")


class Line(StrEnum):
    """How the line to the relay is kept from others."""

    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN = "plain"


class Outcome(StrEnum):
    """What became of one message."""

    TAKEN = "taken"
    REFUSED = "refused"
    PUT_OFF = "put-off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message to one person.

    Attributes:
        id: Left part of the Message-ID; the same when it is sent again.
        at: When it was written (RFC 5322 §3.6.1).
        html: Empty for plain text alone.
        unsubscribe: Address of a page for List-Unsubscribe (RFC 2369 §3.2), or empty.
    """

    id: str
    to: str
    subject: str
    text: str
    at: datetime
    language: str
    html: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message's outcome; ``code`` is the relay's answer, 0 when it gave none."""

    id: str
    outcome: Outcome
    code: int = 0


def check_address(address: str) -> None:
    """Check a mailbox as RFC 5321 §4.1.2 has it, without quoted parts and literal addresses.

    Raises:
        MailRefused: For ``address``.
    """
    local = address.partition("@")[0]
    if len(address) > 254 or len(local) > 64 or not _ADDRESS.fullmatch(address):
        raise MailRefused("this is no mail address that can be written to", why="address")


def written(mail: Mail, *, sender: str, name: str = "") -> bytes:
    """The message as it goes over the line (RFC 5322), plain text and HTML (RFC 2046 §5.1.4).

    Raises:
        MailRefused: For ``address``, ``header`` or ``size``.
    """
    return _addressed(mail, _shared(mail, sender, name), sender)


def _addressed(mail: Mail, shared: bytes, sender: str) -> bytes:
    """What is its own of each message, before what many have in common."""
    check_address(mail.to)
    if not _ID.fullmatch(mail.id):
        raise MailRefused("a header holds what no header may", why="header")
    own = (
        f"To: {mail.to}\r\nMessage-ID: <{mail.id}@{sender.partition('@')[2]}>\r\n"
        f"Date: {format_datetime(mail.at)}\r\n"
    )
    content = own.encode("ascii") + shared
    if len(content) > MOST_BYTES:
        raise MailRefused("the message is too long", why="size", most=MOST_BYTES)
    return content


def _shared(mail: Mail, sender: str, name: str) -> bytes:
    """What messages with the same words have in common: all but to whom, when and which."""
    check_address(sender)
    if len(mail.subject) > MOST_SUBJECT or len(mail.text) + len(mail.html) > MOST_BYTES:
        raise MailRefused("the message is too long", why="size", most=MOST_BYTES)
    try:
        return _composed(mail, sender, name).as_bytes()
    except (ValueError, MessageError, UnicodeError) as error:
        raise MailRefused("a header holds what no header may", why="header") from error


def _composed(mail: Mail, sender: str, name: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=name, addr_spec=sender)
    message["Subject"] = mail.subject
    message["Content-Language"] = mail.language
    # Nobody's holiday answer is wanted (RFC 3834 §5).
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The server that takes this node's mail.

    A line in plain text, and so a password in one, goes to this machine itself alone.

    Attributes:
        sender: The address that mail comes from, and where undeliverable mail goes back to.
        name: How the sender is called beside it.
        password: Read from its reference by the node; never shown.
        trust: Authorities that the relay's certificate must come from; None for PLAIN.
        patience: Seconds for each answer of the relay.
    """

    host: str
    port: int
    sender: str
    name: str = ""
    line: Line = Line.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    patience: float = 20.0
    _kept: Memo[tuple[str, ...], bytes] = field(
        default_factory=lambda: Memo(MOST_KEPT), init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Refuse what would go over a network unprotected (``plain``), or from nowhere."""
        check_address(self.sender)
        if self.line is Line.PLAIN and not _is_here(self.host):
            raise MailRefused("only a relay on this machine is spoken to in plain", why="plain")

    def send(self, mails: Sequence[Mail]) -> list[Sent]:
        """Send a batch over one connection; one outcome a message, in the same order.

        Raises:
            MailRefused: For a message that can't be written; then none was sent.
            PeerUnavailable: For ``mail-connect``, ``mail-tls`` or ``mail-login``; none was sent.
        """
        return self.post([(mail, self.write(mail)) for mail in mails])

    def write(self, mail: Mail) -> bytes:
        """The message as it will go over the line.

        Raises:
            MailRefused: For ``address``, ``header`` or ``size``.
        """
        words = (mail.subject, mail.text, mail.html, mail.language, mail.unsubscribe)
        shared = self._kept.of(words, lambda: _shared(mail, self.sender, self.name))
        return _addressed(mail, shared, self.sender)

    def post(self, ready: Sequence[tuple[Mail, bytes]]) -> list[Sent]:
        """Send what `write` made over one connection; one outcome a message, in the same order.

        Raises:
            PeerUnavailable: For ``mail-connect``, ``mail-tls`` or ``mail-login``; none was sent.
        """
        smtp = self._open()
        try:
            return [self._one(smtp, mail, content) for mail, content in ready]
        finally:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()

    def _open(self) -> smtplib.SMTP:
        trust = self.trust or ssl.create_default_context()
        # Ourselves by our domain: the machine's own name is nobody's affair.
        us, place = self.sender.partition("@")[2], (self.host, self.port)
        try:
            if self.line is Line.TLS:
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    *place, local_hostname=us, timeout=self.patience, context=trust
                )
            else:
                smtp = smtplib.SMTP(*place, local_hostname=us, timeout=self.patience)
        except ssl.SSLError as error:
            raise PeerUnavailable("the relay's TLS failed", why="mail-tls") from error
        except (smtplib.SMTPException, OSError) as error:
            raise PeerUnavailable("the relay does not answer", why="mail-connect") from error
        try:
            self._secure(smtp, trust)
        except PeerUnavailable:
            smtp.close()
            raise
        return smtp

    def _secure(self, smtp: smtplib.SMTP, trust: ssl.SSLContext) -> None:
        try:
            if self.line is Line.STARTTLS:
                smtp.starttls(context=trust)
        except (smtplib.SMTPException, OSError) as error:
            # Never on in plain text: who stands between could have hidden the offer.
            raise PeerUnavailable("the relay gives no TLS", why="mail-tls") from error
        try:
            if self.user:
                smtp.login(self.user, self.password)
        except (smtplib.SMTPException, OSError) as error:
            raise PeerUnavailable("the relay doesn't let us in", why="mail-login") from error

    def _one(self, smtp: smtplib.SMTP, mail: Mail, content: bytes) -> Sent:
        code = 0
        try:
            smtp.sendmail(self.sender, [mail.to], content)
        except smtplib.SMTPRecipientsRefused as error:
            code = error.recipients[mail.to][0]
        except smtplib.SMTPSenderRefused as error:
            # Our own address or right to send is at fault, never the person's: it stays passing.
            return Sent(id=mail.id, outcome=Outcome.PUT_OFF, code=error.smtp_code)
        except smtplib.SMTPResponseException as error:
            code = error.smtp_code
        except (smtplib.SMTPException, OSError):
            smtp.close()
        else:
            return Sent(id=mail.id, outcome=Outcome.TAKEN, code=250)
        # 521 and 421 close the line: the rest of the batch finds it closed and is put off.
        outcome = Outcome.REFUSED if 500 <= code <= 599 else Outcome.PUT_OFF
        return Sent(id=mail.id, outcome=outcome, code=code)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
