"""What a node knows now: the global configuration, and that its own certificates are good.

Both come from outside, are verified before they count, and hold for a stated time while the
outside is silent. The configuration is kept on disk as well, so that a node that starts while
the centre is down goes on. Downloading is `client`, the intervals are `jobs`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from riik.core import Clock, Database, MemberId, Unavailable
from riik.exchange.belief import Believer
from riik.exchange.centre import PRIVATE, SHARED, Anchor, Directory, open_directory
from riik.exchange.errors import (
    ConfigurationRefused,
    OutdatedGlobalConf,
    RevocationUnknown,
    UnknownMember,
)
from riik.exchange.globalconf import GlobalConf, read_shared
from riik.exchange.journal import ExchangeStore
from riik.exchange.model import Kept, Seal, ms_of
from riik.trust import RevocationSource

__all__ = ["Knowledge"]

_CONFIGURATION = "configuration"


@dataclass(slots=True, kw_only=True)
class Knowledge:
    """The newest configuration and OCSP responses in this process; all reloadable.

    Attributes:
        anchor: Whose configuration is believed.
        seals: The signing keys whose certificates' status is kept fresh.
        peers: OCSP responses of other servers' TLS certificates, by SHA-256.
    """

    anchor: Anchor
    seals: Mapping[MemberId, Seal]
    store: ExchangeStore
    database: Database
    clock: Clock
    revocation: RevocationSource
    believer: Believer
    peers: dict[bytes, list[bytes]] = field(default_factory=dict)
    conf: GlobalConf | None = None
    expires_at: datetime | None = None
    _parts: tuple[bytes, bytes] = (b"", b"")
    _statuses: dict[bytes, tuple[datetime, bytes]] = field(default_factory=dict)

    def configuration(self) -> GlobalConf:
        """The global configuration that holds now.

        Raises:
            OutdatedGlobalConf: For ``missing`` or ``expired``.
        """
        if self.conf is None or self.expires_at is None:
            raise OutdatedGlobalConf("there is no global configuration yet", why="missing")
        if self.clock.now() > self.expires_at:
            raise OutdatedGlobalConf("the global configuration is over its date", why="expired")
        return self.conf

    def learn(self, content_type: str, directory: bytes, parts: Mapping[str, bytes]) -> None:
        """Take over a downloaded configuration, after verifying it, and keep it on disk.

        Args:
            content_type: Of the signed directory.
            directory: The signed directory's bytes.
            parts: Its parts by their location.

        Raises:
            ConfigurationRefused: For a directory's or parameter's reasons, ``older`` or
                ``instance``.
        """
        opened = self._believe(content_type, directory, parts)
        kept = {_CONFIGURATION: content_type.encode() + b"\n" + directory}
        kept |= {
            f"{_CONFIGURATION}/{identifier}": parts[place]
            for identifier, _, place, _, _ in opened.parts
            if place in parts
        }
        now = ms_of(self.clock.now())
        with self.database.work() as work:
            for name, content in kept.items():
                self.store.keep(Kept(name=name, content=content, at_ms=now), work=work)

    def recall(self) -> None:
        """Take over the configuration that was kept on disk, if there is one."""
        with self.database.read() as work:
            whole = self.store.kept(_CONFIGURATION, work=work)
            if whole is None:
                return
            content_type, _, directory = whole.content.partition(b"\n")
            opened = open_directory(
                content_type.decode(), directory, certificates=self.anchor.certificates
            )
            found = {
                place: self.store.kept(f"{_CONFIGURATION}/{identifier}", work=work)
                for identifier, _, place, _, _ in opened.parts
            }
        parts = {place: kept.content for place, kept in found.items() if kept is not None}
        self._believe(content_type.decode(), directory, parts)

    def _believe(self, content_type: str, body: bytes, parts: Mapping[str, bytes]) -> Directory:
        directory = open_directory(content_type, body, certificates=self.anchor.certificates)
        if self.expires_at is not None and directory.expires_at < self.expires_at:
            raise ConfigurationRefused("a newer configuration is known", why="older")
        places = [directory.find(SHARED), directory.find(PRIVATE)]
        contents = []
        for place in places:
            if place is None or place not in parts:
                raise ConfigurationRefused("a part is missing", why="part-missing")
            directory.check(place, parts[place])
            contents.append(parts[place])
        if self._parts != tuple(contents):
            conf = read_shared(contents[0], private=contents[1])
            if conf.instance != self.anchor.instance:
                raise ConfigurationRefused("of another instance", why="instance")
            self.conf, self._parts = conf, (contents[0], contents[1])
        self.expires_at = directory.expires_at
        return directory

    async def sealing(self, member: MemberId) -> tuple[Seal, bytes]:
        """A member's seal with a fresh OCSP response for its certificate."""
        seal = self.seals.get(member)
        if seal is None:
            raise UnknownMember("this member doesn't live here", why="member")
        return seal, await self.status(seal.certificate)

    async def status(self, certificate: bytes) -> bytes:
        """A fresh OCSP response for one of our own certificates.

        Asked anew when half of the freshness has gone by; while the responder is down, what
        is known is used up to the end of it.

        Raises:
            RevocationUnknown: When the responder is down and nothing fresh is known.
        """
        conf, now = self.configuration(), self.clock.now()
        key = sha256(certificate).digest()
        asked, known = self._statuses.get(key, (None, b""))
        freshness = timedelta(seconds=conf.ocsp_freshness)
        if asked is not None and now - asked < freshness / 2:
            return known
        try:
            issuer = self.believer.issuer(certificate, conf=conf, at=now)
            response = await self.revocation.ocsp(certificate, issuer)
        except Unavailable as error:
            if asked is not None and now - asked < freshness:
                return known
            raise RevocationUnknown("no OCSP answer for our certificate", why="down") from error
        self._statuses[key] = (now, response)
        return response
