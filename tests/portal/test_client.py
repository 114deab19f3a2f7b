"""Members are asked over HTTP; whoever is away is shown as away."""

import asyncio
from dataclasses import dataclass, field

import msgspec
import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from tests.portal.house import MEMBERS, listed, status

from riik.portal.operator.client import MOST_FILES, PolledCountry, listens, read_files
from riik.runtime.errors import PeerUnavailable
from riik.runtime.http_client import HttpReply


@dataclass
class Network:
    """Answers by port; a member that isn't there is refused."""

    answers: dict
    asked: list = field(default_factory=list)

    async def request(self, method, url, *, timeout=None, max_bytes=None):  # noqa: ASYNC109 - the shape of the client it stands for
        self.asked.append((method, timeout, max_bytes))
        answer = self.answers.get(url)
        if answer is None:
            raise PeerUnavailable("nobody there", why="refused")
        return HttpReply(answer[0], CIMultiDictProxy(CIMultiDict()), answer[1])


def told(name, **changes):
    return 200, msgspec.json.encode(status(name, **changes))


async def takes_everybody(address):
    return True


def polled(
    clock,
    in_thread,
    answers,
    *,
    names=("portal", "bank"),
    folder=None,
    knock=takes_everybody,
):
    return PolledCountry(
        listed=[listed(name) for name in names],
        http=Network({f"{listed(n).origin}/status.json": a for n, a in answers.items()}),
        clock=clock,
        in_thread=in_thread,
        folder=folder,
        knock=knock,
    )


def test_all_members_tell_of_themselves(clock, in_thread):
    names = [member[0] for member in MEMBERS]
    source = polled(clock, in_thread, {name: told(name) for name in names}, names=names)
    found = asyncio.run(source.country())
    assert found.silent == ()
    assert [member.status for member in found.members] == [status(name) for name in names]


def test_every_question_has_limits(clock, in_thread):
    source = polled(clock, in_thread, {"portal": told("portal")})
    asyncio.run(source.country())
    assert all(timeout <= 2 and most <= 1_000_000 for _, timeout, most in source.http.asked)


def test_a_member_that_others_can_t_reach_is_no_member_that_answers(clock, in_thread):
    async def closed(address):
        return address != status("bank").server

    answers = {"portal": told("portal"), "bank": told("bank")}
    found = asyncio.run(polled(clock, in_thread, answers, knock=closed).country())
    assert [(one.listed.name, one.why) for one in found.silent] == [("bank", "closed")]


@pytest.mark.parametrize("address", ["", "localhost", "localhost:x", "localhost:70000"])
def test_nobody_listens_at_what_is_no_address(address):
    assert asyncio.run(listens(address)) is False


def test_who_listens_is_found_and_who_closed_is_not():
    async def twice():
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        open_first = await listens(address)
        server.close()
        await server.wait_closed()
        return open_first, await listens(address)

    assert asyncio.run(twice()) == (True, False)


AWAY = [
    ("nobody answers", None, "refused"),
    ("an error", (500, b"{}"), "status-500"),
    ("no JSON", (200, b"<html>"), "malformed"),
    ("another shape", (200, b'{"name": "bank"}'), "malformed"),
    (
        "a wrong number",
        (200, msgspec.json.encode(status("bank")).replace(b"1234", b'"x"')),
        "malformed",
    ),
    ("a member that isn't it", told("clinic"), "another-member"),
]


@pytest.mark.parametrize(("answer", "why"), [a[1:] for a in AWAY], ids=[a[0] for a in AWAY])
def test_who_does_not_answer_well_is_away_and_the_others_are_not(clock, in_thread, answer, why):
    answers = {"portal": told("portal"), "bank": answer}
    found = asyncio.run(polled(clock, in_thread, answers).country())
    assert [member.why for member in found.members] == ["", why]
    assert [member.listed.name for member in found.silent] == ["bank"]


@pytest.fixture
def folder(tmp_path):
    """Files of a journey, and things beside them that nobody may have."""
    (tmp_path / "secret.txt").write_text("not yours")
    out = tmp_path / "out"
    (out / "evidence").mkdir(parents=True)
    (out / "licence.json").write_text("{}")
    (out / "evidence" / "one.asice").write_text("PK")
    (out / ".hidden").write_text("x")
    (out / "link.txt").symlink_to(tmp_path / "secret.txt")
    (out / "away").symlink_to(tmp_path)
    return out


def test_files_are_listed_by_their_path(folder):
    assert [file.name for file in read_files(folder)] == ["evidence/one.asice", "licence.json"]


def test_a_listed_file_is_handed_out(clock, in_thread, folder):
    source = polled(clock, in_thread, {}, folder=folder)
    assert asyncio.run(source.file("evidence/one.asice")) == b"PK"


OUTSIDE = [
    "../secret.txt", "evidence/../../secret.txt", "/etc/passwd", "link.txt", "away/secret.txt",
    ".hidden", "evidence", "", ".", "licence.json\x00", "evidence//one.asice", "./licence.json",
]  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_else_is_handed_out(clock, in_thread, folder, name):
    assert asyncio.run(polled(clock, in_thread, {}, folder=folder).file(name)) is None


def test_without_a_folder_there_are_no_files(clock, in_thread, tmp_path):
    assert asyncio.run(polled(clock, in_thread, {}).file("licence.json")) is None
    assert read_files(tmp_path / "nowhere") == []


def test_so_many_files_and_no_more(tmp_path):
    for number in range(MOST_FILES + 5):
        (tmp_path / f"{number:04}.txt").touch()
    assert len(read_files(tmp_path)) == MOST_FILES
