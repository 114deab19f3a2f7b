"""A running case stays with the folder it began with, whatever its service becomes meanwhile."""

import msgspec
import pytest
from tests.services.house import CASE, CERTIFICATE, FOLDER, SOURCE, VALUE

from riik.cases import CaseUnknown
from riik.services import FolderRefused, read_service
from riik.services.folder.versions import pack_folder, unpack_folder

pytestmark = pytest.mark.anyio

STANDARD = (SOURCE / "standard.bpmn").read_bytes()


def files():
    return {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.is_file()
    }


def next_version():
    """The same service a year on: it costs more, and asks one question less."""
    changed = files()
    for name, old, new in (
        ("service.toml", 'version = "1.0"', 'version = "2.0"'),
        ("rules.dmn", "<text>2300</text>", "<text>2500</text>"),
        ("form.json", '{"const": "office", "title": "At a service point"}', '{"const": "office", "title": "At a service point"},{"const": "machine", "title": "At a service point"}'),
    ):  # fmt: skip
        source = changed[name].decode()
        assert old in source
        changed[name] = source.replace(old, new, 1).encode()
    return changed


def keep(house, folder):
    with house.database.work() as work:
        house.services.files.keep(folder, standard=STANDARD, work=work)


def publish(house, folder):
    """What a node does when it starts with another folder."""
    keep(house, folder)
    house.services.files.definitions["driving-licence"] = read_service(folder, standard=STANDARD)


async def test_a_case_that_began_before_ends_by_the_rules_it_began_by(house):
    keep(house, files())
    await house.start()
    await house.answer()
    publish(house, next_version())

    await house.step("submission", CERTIFICATE)
    signed = await house.step("signature", VALUE)
    assert signed["fee"]["amount"] == 2300
    with house.database.work() as work:
        assert house.services.files.load(CASE, work=work).definition.version == "1.0"


async def test_a_case_that_begins_after_goes_by_the_new_ones(house):
    keep(house, files())
    publish(house, next_version())
    signed = await house.sign()
    assert signed["fee"]["amount"] == 2500


async def test_a_service_that_is_gone_still_ends_its_cases(house):
    keep(house, files())
    await house.start()
    del house.services.files.definitions["driving-licence"]
    with house.database.work() as work:
        assert house.services.files.load(CASE, work=work).definition.version == "1.0"


async def test_a_case_whose_service_was_never_kept_and_is_gone_is_told(house):
    await house.start()
    del house.services.files.definitions["driving-licence"]
    with house.database.work() as work, pytest.raises(CaseUnknown) as refused:
        house.services.files.load(CASE, work=work)
    assert refused.value.why == "no-service"


def test_a_kept_folder_comes_back_as_it_was_and_never_changed():
    packed = pack_folder(files(), standard=STANDARD)
    definition = read_service(files(), standard=STANDARD)
    assert unpack_folder(packed, digest=definition.digest).digest == definition.digest
    kept = msgspec.json.decode(packed)
    kept["files"]["locale/en.po"] = "IyBjaGFuZ2VkCg=="
    with pytest.raises(FolderRefused) as refused:
        unpack_folder(msgspec.json.encode(kept), digest=definition.digest)
    assert refused.value.why == "changed"
