"""Services and their forms as GovStack's Registration tells them; nobody's data are in it.

Applications are not begun here: an application is signed by its person, on a channel where the
person is, and this API has no place for that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from riik.govstack.clients import DoorRefused

__all__ = ["Catalogue", "Offered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A service as this door tells it.

    Attributes:
        id: Its id in the catalogue.
        version: Its owner's version.
        name: What it is called.
        form: The JSON Schema of its answers.
    """

    id: str
    version: str
    name: str
    form: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One node's services.

    Attributes:
        member: Whose they are: ids are made of it, the same in every run.
        offered: The services of now.
    """

    member: str
    offered: Callable[[], Iterable[Offered]]

    def services(self, name: str = "") -> list[dict[str, Any]]:
        """All of them, or those of a name."""
        return [self._shown(one) for one in self.offered() if name in ("", one.name)]

    def service(self, service_id: str) -> dict[str, Any]:
        """One of them.

        Raises:
            DoorRefused: For ``not-found``.
        """
        return self._shown(self._found(service_id, "service"))

    def forms(self, service_id: str) -> list[dict[str, Any]]:
        """The one form of a service.

        Raises:
            DoorRefused: For ``not-found``.
        """
        return [self._form(self._found(service_id, "service"))]

    def form(self, form_id: str) -> dict[str, Any]:
        """A form with its schema.

        Raises:
            DoorRefused: For ``not-found``.
        """
        found = self._found(form_id, "form")
        return {**self._form(found), "schema": found.form}

    def _found(self, given: str, kind: str) -> Offered:
        for one in self.offered():
            if self._id(one, kind) == given:
                return one
        raise DoorRefused(f"there is no such {kind}", why="not-found")

    def _shown(self, one: Offered) -> dict[str, Any]:
        return {
            "id": self._id(one, "service"),
            "name": one.name,
            "version": one.version,
            "type": "Public",
            "isExecutable": True,
            "description": one.id,
        }

    def _form(self, one: Offered) -> dict[str, Any]:
        return {
            "eFormId": self._id(one, "form"),
            "name": one.name,
            "version": one.version,
            "latest": True,
        }

    def _id(self, one: Offered, kind: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.member}/{one.id}/{kind}"))
