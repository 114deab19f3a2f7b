"""What the bank's site keeps: sessions that end, ended sign-ins, and looks that stay."""

import sqlite3
from types import SimpleNamespace

import pytest

from riik.demo.banksite import load_example

load_example()

from bank import guests  # noqa: E402 - the example is no installed package
from bank.consents import Consents  # noqa: E402
from bank.guests import Guest  # noqa: E402
from bank.kept import Kept  # noqa: E402
from bank.web import Refused  # noqa: E402

WHO = {"sub": "EE38001085718", "name": "Jaan"}


@pytest.fixture
def kept(tmp_path):
    """Sessions of one site."""
    kept = Kept(tmp_path / "site.db")
    yield kept
    kept.close()


def guest(kept, secret="s"):
    request = SimpleNamespace(cookies={"bank-session": secret})
    return Guest(request, kept=kept, words=None, origin="http://bank")


def test_a_session_that_is_used_all_the_time_ends_within_the_hour(kept):
    one = guest(kept)
    one.enter(who=WHO, sid="sid", visit="v")
    one.keep(since=one.told["since"] - guests.LONGEST + 20)
    [[until]] = kept._file.execute("select until - unixepoch() from session").fetchall()
    assert one.who == WHO
    assert until <= 21


def test_after_the_hour_nobody_is_signed_in(kept):
    one = guest(kept)
    one.enter(who=WHO, sid="sid", visit="v")
    one.keep(since=one.told["since"] - guests.LONGEST)
    assert one.who is None


def test_a_session_without_a_beginning_is_none(kept):
    kept.put("s", {"who": WHO}, seconds=60)
    assert (guest(kept).who, guest(kept).who) == (WHO, None)


def test_a_sign_in_that_the_login_ended_on_its_way_comes_to_nothing(kept):
    one = guest(kept)
    one.keep(begun={"state": {}})
    assert kept.end("sid") == []
    with pytest.raises(Refused) as refused:
        one.enter(who=WHO, sid="sid", visit="v")
    assert refused.value.why == "expired"
    assert one.who is None


def test_another_sign_in_is_not_ended_by_it(kept):
    kept.end("another")
    one = guest(kept)
    one.enter(who=WHO, sid="sid", visit="v")
    assert one.who == WHO


def test_looks_stay_with_their_customer_whatever_becomes_of_the_contract(tmp_path):
    consents = Consents(tmp_path / "c.db")
    consents.note("first", "Kalev", customer="jaan")
    assert [clerk for clerk, _ in consents.looks("second", customer="jaan")] == ["Kalev"]
    assert consents.looks("second", customer="mari") == []
    consents.close()


def test_looks_of_an_earlier_version_are_still_there(tmp_path):
    file = sqlite3.connect(tmp_path / "c.db")
    file.execute("create table look (contract text not null, clerk text not null, at real)")
    file.execute("insert into look values ('first', 'Kalev', 1)")
    file.commit()
    file.close()
    consents = Consents(tmp_path / "c.db")
    assert consents.looks("first", customer="jaan") == [("Kalev", 1.0)]
    assert consents.looks("second", customer="jaan") == []
    consents.close()
