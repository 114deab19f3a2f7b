"""`riik story`: a name that nobody knows is told with those there are, before anything starts."""

import pytest

from riik.demo import countries_of, stories

WRONG = [
    ("a story", ["spaceship"], "no story 'spaceship'", ["driving-course", "driving-licence"]),
    ("all of a story", ["spaceship", "--all"], "no story 'spaceship'", ["driving-licence"]),
    ("a path", ["../people/ee"], "no story '../people/ee'", ["driving-licence"]),
    ("a variant", ["driving-licence", "--as", "lost"], "no variant of driving-licence 'lost'",
     stories()["driving-licence"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told", "known"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_what_nobody_tells_ends_with_2_and_names_what_there_is(riik, tmp_path, words, told, known):
    done = riik("story", *words, "--state", tmp_path / "state")
    assert done.exit_code == 2
    last = done.stderr.splitlines()[-1]
    assert told in last
    assert [name for name in known if name not in last] == []
    assert not (tmp_path / "state").exists()


def test_without_a_name_all_are_listed(riik):
    done = riik("story")
    assert done.exit_code == 0
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == list(stories())


@pytest.mark.parametrize(
    ("country", "there", "elsewhere"),
    [("vn", "vn-residence", "marriage"), ("ee", "marriage", "vn-residence")],
)
def test_with_a_country_its_own_stories_are_listed(riik, country, there, elsewhere):
    done = riik("story", "--country", country)
    named = [line.split(":")[0] for line in done.stdout.splitlines()]
    assert (done.exit_code, there in named, elsewhere in named) == (0, True, False)
    assert named == [one for one in stories() if country in countries_of(one)]
