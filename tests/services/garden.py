"""The service that asks everything a form can ask (`tests/vectors/services/garden`), in a house."""

from base64 import b64encode
from pathlib import Path

from tests.services.house import SOURCE

from riik.services import read_service

FOLDER = Path(__file__).parents[1] / "vectors" / "services" / "garden"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
MUCH, LITTLE = {"name": "Mari", "knows": "much"}, {"name": "Jaan", "knows": "little"}


def garden_files():
    """The folder's files."""
    return {
        str(path.relative_to(FOLDER)): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.is_file()
    }


def planted(house):
    """The house with this service as well; everything of a case goes to it."""
    standard = (SOURCE / "standard.bpmn").read_bytes()
    definition = read_service(garden_files(), standard=standard)
    house.services.files.definitions["garden"] = definition
    return definition


def sent(content=PDF, name="plot.pdf"):
    """A file as a step brings it."""
    return {"name": name, "content": b64encode(content).decode()}


async def begun(house):
    """A case that was just begun."""
    planted(house)
    return await house.services.start("garden", house.visit())
