"""The design: frames and macros in every state, seen by a browser, a reader and a machine."""

import gzip
import re
from datetime import UTC, date, datetime

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request
from starlette.routing import Route
from tests.portal.house import get
from tests.portal.sight import opened, served, violations
from tests.portal.words import DESIGN, SOURCE

import riik.portal.design
import riik.portal.operator
from riik.portal.design.formats import Formats
from riik.portal.design.gallery.samples import FRAMES
from riik.portal.design.http import KeepsLanguage, design_routes, html, problem_pages
from riik.portal.design.pages import Link, Pages, Shell, Tab
from riik.portal.design.problems import SAID
from riik.portal.design.texts import LANGUAGES, in_sentence
from riik.profiles import country_profile
from riik.runtime.clock import SystemClock
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import InputRefused, edge

NBSP = "\N{NO-BREAK SPACE}"
EE, VN = country_profile("ee"), country_profile("vn")
MOMENT = datetime(2026, 11, 3, 8, 44, 7, tzinfo=UTC)


async def fail(request):
    """An address where our own code is at fault."""
    raise LookupError("Liis Kask")


async def refuse(request):
    raise InputRefused("the sentence of the error stays inside", why="shape")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The design as a node serves it."""
    log = open_log(tmp_path_factory.mktemp("design") / "log", clock=SystemClock(), node="design")
    routes = [
        *design_routes(gallery=True),
        Route("/fail", fail, methods=["GET", "POST"]),
        Route("/refuse", refuse, methods=["POST"]),
    ]
    pages = problem_pages(EE, place={"et": "Transpordiamet"}, sign_in="/sign-in")
    return KeepsLanguage(edge(routes, metrics=Metrics(), logger=log, pages=pages))


def shell(language="en", **values):
    return Shell(**{"language": language, "profile": EE, **values})


def shown(template, values=None, *, language="en", around=None):
    """A text of template as the design renders it."""
    pages = Pages(riik.portal.design)
    environment = pages._environments[language]
    made = environment.from_string('{% import "macros.html" as ui %}' + template)
    return made.render(shell=around or shell(language), fmt=Formats(EE, language), **(values or {}))


# Formats ----------------------------------------------------------------------------------

WRITTEN = [
    ("et", "date", (MOMENT,), f"3.{NBSP}november 2026"),
    ("vi", "date", (MOMENT,), "03/11/2026"),
    ("en", "date", (MOMENT,), f"3{NBSP}November 2026"),
    ("et", "short", (MOMENT,), f"3.{NBSP}nov 2026"),
    ("vi", "short", (MOMENT,), "03/11/2026"),
    ("vi", "days_in", ("B, 2026-11-03; 790-2026-11-031",), "B, 03/11/2026; 790-2026-11-031"),
    ("vi", "weekday", (MOMENT.replace(day=8),), f"Chủ nhật, 8{NBSP}tháng{NBSP}11"),
    ("en", "days_in", ("A1, 2026-11-03",), f"A1, 3{NBSP}Nov 2026"),
    ("en", "short", (MOMENT,), f"3{NBSP}Nov 2026"),
    ("et", "moment", (MOMENT,), f"3.{NBSP}november, 10.44"),
    ("vi", "moment", (MOMENT,), f"3{NBSP}tháng{NBSP}11, 10:44"),
    ("en", "clock", (MOMENT,), "10:44:07"),
    ("vi", "weekday", (MOMENT,), f"thứ Ba, 3{NBSP}tháng{NBSP}11"),
    ("et", "weekday", (MOMENT,), f"teisipäev, 3.{NBSP}november"),
    ("et", "on", (MOMENT,), f"3.{NBSP}novembril"),
    ("en", "on", (MOMENT,), f"3{NBSP}November"),
    ("et", "by", (MOMENT.replace(month=5),), f"3.{NBSP}maiks"),
    ("et", "until", (MOMENT.replace(month=1),), f"3.{NBSP}jaanuarini"),
    ("et", "since", (MOMENT.replace(month=3),), f"3.{NBSP}märtsist"),
    ("vi", "until", (MOMENT,), f"3{NBSP}tháng{NBSP}11"),
    ("et", "at", (MOMENT,), f"3.{NBSP}novembril kell{NBSP}10.44"),
    ("vi", "at", (MOMENT,), f"10:44 ngày{NBSP}3{NBSP}tháng{NBSP}11"),
    ("en", "at", (MOMENT,), f"10:44 on 3{NBSP}November"),
    ("et", "money", (2300,), f"23,00{NBSP}€"),
    ("en", "money", (2300,), f"23.00{NBSP}€"),
    ("vi", "money", (1234567, "VND"), f"1.234.567{NBSP}₫"),
    ("et", "money", (-5, "EUR"), f"-0,05{NBSP}€"),
    ("et", "price", (2300,), f"23{NBSP}€"),
    ("et", "price", (2350,), f"23,50{NBSP}€"),
    ("vi", "price", (135000, "VND"), f"135.000{NBSP}₫"),
    ("et", "number", (1234567,), f"1{NBSP}234{NBSP}567"),
    ("en", "size", (999,), f"999{NBSP}B"),
    ("et", "size", (8412,), f"8,4{NBSP}kB"),
    ("en", "size", (3_000_000,), f"3.0{NBSP}MB"),
    ("et", "greeting", ("Liis", "Kask"), "Tere, Liis"),
    ("en", "greeting", ("Liis", "Kask"), "Hello, Liis"),
    ("vi", "greeting", ("Tuyết", "Nguyễn"), f"Chào bạn{NBSP}Tuyết"),
]


@pytest.mark.parametrize(("language", "what", "given", "written"), WRITTEN)
def test_things_are_written_as_the_language_does(language, what, given, written):
    assert getattr(Formats(EE, language), what)(*given) == written


def test_a_day_is_typed_as_the_country_does_whatever_the_language():
    day = date(2026, 11, 30)
    for language in ("et", "en", "vi"):
        assert Formats(EE, language).typed(day) == "30.11.2026"
        assert Formats(country_profile("vn"), language).typed(day) == "30/11/2026"
    read = Formats(EE, "en").read_day
    assert {read(one) for one in ("30.11.2026", " 30/11/2026", "30. 11. 2026", "2026-11-30")} == {
        day
    }


@pytest.mark.parametrize(
    "text", ["", "31.02.2026", "11/30/2026", "2026-02-31", "30.11.26", "30 november 2026", "x" * 99]
)
def test_what_is_no_day_of_the_calendar_is_not_read_as_one(text):
    with pytest.raises(ValueError, match=r".+"):
        Formats(EE, "en").read_day(text)


@pytest.mark.parametrize(
    ("law", "language", "said"),
    [
        ("Riigilõivuseadus", "en", "State Fees Act"),
        ("Riigilõivuseadus § 15", "en", "State Fees Act § 15"),
        ("Riigilõivuseadus § 15", "vi", "Luật Lệ phí nhà nước § 15"),
        ("Riigilõivuseadus § 15", "et", "Riigilõivuseadus § 15"),
        ("Riigilõivuseadused", "en", "Riigilõivuseadused"),
        ("Traffic Act § 1", "en", "Traffic Act § 1"),
        ("", "en", ""),
    ],
)
def test_a_law_of_the_country_is_named_in_the_language_of_the_page(law, language, said):
    assert Formats(EE, language).law(law) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Eestis elatud päevi", "Eestis elatud päevi"),
        ("Estonian days", "Estonian days"),
        ("Việt Nam", "Việt Nam"),
        ("Birth date", "birth date"),
        ("ID-card", "ID-card"),
        ("B", "B"),
        ("Õigus juhtida", "õigus juhtida"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_capital_within_a_sentence(text, said):
    assert in_sentence(text) == said


@pytest.mark.parametrize(
    ("hour", "said"),
    [(5, "Good morning"), (12, "Good afternoon"), (18, "Good evening"), (3, "Hello"), (4, "Hello")],
)
def test_the_greeting_knows_the_time_of_the_day(hour, said):
    assert Formats(EE, "en").greeting("Liis", hour=hour) == f"{said}, Liis"


def test_friday_is_declined_as_friday():
    assert (
        Formats(EE, "et").until(MOMENT.replace(day=6), weekday=True)
        == f"reedeni, 6.{NBSP}novembrini"
    )


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("et", f"kolmapäevaks, 4.{NBSP}novembriks 2026"),
        ("vi", f"thứ Tư, 4{NBSP}tháng{NBSP}11 năm 2026"),
        ("en", f"Wednesday, 4{NBSP}November 2026"),
    ],
)
def test_a_day_in_a_sentence_has_its_weekday_and_year_where_they_are_wanted(language, written):
    assert Formats(EE, language).by(MOMENT.replace(day=4), weekday=True, year=True) == written


def test_the_order_of_a_name_is_the_country_s_whatever_the_language():
    parts = ("Tuyết", "Nguyễn", "Thị Ánh")
    assert Formats(VN, "en").name(*parts) == "Nguyễn Thị Ánh Tuyết"
    assert Formats(EE, "vi").name("Liis", "Kask") == "Liis Kask"
    assert (
        Formats(VN, "vi").initials("Nguyễn Thị Ánh Tuyết"),
        Formats(EE, "vi").initials("Liis Kask"),
    ) == ("ÁT", "LK")


def test_the_clock_is_the_country_s():
    assert Formats(VN, "vi").moment(MOMENT) == f"3{NBSP}tháng{NBSP}11, 15:44"
    assert Formats(EE, "et").iso(MOMENT) == "2026-11-03T10:44:07+02:00"


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (MOMENT.replace(hour=7), "Today, 09:44"),
        (MOMENT.replace(day=2, hour=23), "Today, 01:44"),
        (MOMENT.replace(day=2, hour=7), "Yesterday, 09:44"),
        (MOMENT.replace(day=1), f"1{NBSP}November, 10:44"),
        (MOMENT.replace(year=2025), f"3{NBSP}Nov 2025"),
    ],
)
def test_what_is_recent_is_said_by_its_day(then, said):
    assert Formats(EE, "en").recent(then, now=MOMENT) == said


# Answers ----------------------------------------------------------------------------------


def test_a_page_runs_nothing_but_files_of_its_own_site():
    answer = html("<p>x</p>", "et", 422, form_action=("http://localhost:7100",))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://localhost:7100;" in policy
    assert "unsafe" not in policy
    assert (answer.status_code, answer.headers["content-language"]) == (422, "et")


def test_a_form_s_origin_reaches_its_own_site():
    """With no-referrer browsers send `Origin: null`, and no post could be told from a foreign one."""
    assert html("", "en").headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("popups", "policy"), [(False, "same-origin"), (True, "same-origin-allow-popups")]
)
def test_a_window_finds_its_opener_only_where_a_card_is_asked(popups, policy):
    answer = html("", "en", popups=popups)
    assert answer.headers["cross-origin-opener-policy"] == policy


def test_a_chosen_language_is_kept_for_all_sites_of_the_host(site):
    cookie = get(site, "/design/?lang=vi").headers["set-cookie"]
    assert cookie == "riik-lang=vi; Max-Age=31536000; Path=/; SameSite=Lax"
    assert '<html lang="vi"' in get(site, "/design/", cookie="riik-lang=vi").text


@pytest.mark.parametrize("wanted", ["xx", "", "vi%0d%0aset-cookie:x=y", "%00"])
def test_a_language_we_do_not_have_is_not_kept(site, wanted):
    assert "set-cookie" not in get(site, f"/design/?lang={wanted}").headers


@pytest.mark.parametrize(
    ("address", "language", "link"),
    [
        ("/cases?show=open&lang=et", "vi", "/cases?show=open&lang=vi"),
        ("/", "en", "/?lang=en"),
        ("/find?q=khai%20sinh&q=", "et", "/find?q=khai+sinh&q=&lang=et"),
    ],
)
def test_the_same_page_is_linked_in_another_language(address, language, link):
    assert shell(address=address).in_language(language) == link


def test_an_address_in_a_link_is_escaped():
    page = Pages(riik.portal.design).render("page.html", shell(address='/?a="><script>'))
    assert "<script>" not in page


@pytest.mark.parametrize("name", ["riik.css", "live.js", "mark.svg"])
def test_a_file_comes_packed_to_whom_takes_it(site, name):
    plain, packed = (
        get(site, f"/design/{name}"),
        get(site, f"/design/{name}", accept_encoding="gzip, br"),
    )
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.content) == plain.content


def test_a_page_is_never_packed_for_its_length_would_tell_of_its_token(site):
    assert "content-encoding" not in get(site, "/design/", accept_encoding="gzip").headers


# Frames -----------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", ["page.html", "flow.html", "desk.html", "operator.html"])
def test_a_frame_is_whole_with_nothing_but_a_language_and_a_country(frame):
    page = Pages(riik.portal.design).render(frame, shell("vi"))
    assert page.startswith("<!doctype html>")
    assert "</html>" in page
    assert "aside" not in page


def test_errors_stand_first_and_the_title_says_so():
    errors = [{"field": "tel", "text": "Enter a phone number"}, {"field": "", "text": "<b>"}]
    page = Pages(riik.portal.design).render("flow.html", shell("en"), errors=errors)
    assert "<title>Error: " in page
    assert re.search(
        r'role="alert".*<a href="#tel">Enter a phone number</a>.*<li>&lt;b&gt;</li>', page, re.S
    )


def test_nobody_leaves_a_flow_by_accident():
    around = shell(who="Liis Kask", sign_out="/out", tabs=(Tab("a", "/", "Home", "home"),))
    flow, page = (Pages(riik.portal.design).render(f, around) for f in ("flow.html", "page.html"))
    assert "head-out" in page
    assert "head-out" not in flow
    assert "tabline" not in flow


def test_who_is_in_a_flow_can_sign_out_at_its_foot_on_every_screen(site):
    around = shell(who="Liis Kask", sign_out="/out")
    with opened() as chromium, served(site) as where:
        page = chromium.new_page()
        for frame, width, outs in (("flow", 1280, 1), ("flow", 360, 1), ("page", 1280, 1)):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{where}/design/")
            content = Pages(riik.portal.design).render(f"{frame}.html", around)
            page.evaluate("html => { document.body.innerHTML = html }", content)
            out = page.get_by_role("button", name="Sign out").filter(visible=True)
            assert out.count() == outs, (frame, width)


def test_the_frame_says_who_where_and_what_else():
    around = shell(
        "et",
        place="Riigiportaal",
        demonstration="http://localhost:7099/",
        who="Liis Kask",
        who_href="/me",
        role="Transpordiamet",
        foot=(Link("/help", "Abi"),),
        tabs=(Tab("home", "/", "Avaleht", "home"), Tab("inbox", "/in", "Postkast", "inbox", 2)),
        tab="inbox",
    )
    page = Pages(riik.portal.design).render("page.html", around)
    for said in (
        "Riigiportaal",
        "http://localhost:7099/",
        ">LK<",
        "Liis Kask",
        "Transpordiamet",
        '<a href="/help">Abi</a>',
    ):
        assert said in page
    assert re.search(r'<a href="/in" aria-current="page">', page)
    assert 'href="/sign-in"' not in page


def test_a_site_where_nobody_is_signed_in_offers_to():
    page = Pages(riik.portal.design).render("page.html", shell(sign_in="/sign-in?to=/"))
    assert 'href="/sign-in?to=/"' in page


# Macros -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        "ui.fact({'label': bad, 'value': bad, 'source': bad, 'note': bad})",
        "ui.field('a', bad, bad, bad, bad)",
        "ui.choice('a', bad, [{'value': bad, 'title': bad, 'hint': bad}], bad, bad, bad)",
        "ui.select('a', bad, [{'value': bad, 'title': bad}])",
        "ui.tag('yes', bad)",
        "ui.notice('no', bad, bad)",
        "ui.door(bad, bad, bad)",
        "ui.statement(bad, [{'label': bad, 'value': bad}])",
        "ui.look({'at': bad, 'when': bad, 'text': _.html('<b>{x}</b>', x=bad)})",
        "ui.table(bad, [{'text': bad}], [[bad]])",
        "ui.thread([{'title': bad, 'detail': bad, 'when': bad}])",
        "ui.card(bad, [{'label': bad, 'value': bad}])",
        "ui.trail([{'state': 'wait', 'text': bad, 'saw': bad, 'law': bad}])",
        "ui.error_summary([{'field': bad, 'text': bad}])",
        "weave(bad)",
    ],
)
def test_what_comes_from_outside_is_escaped(call):
    bad = "\"'><script>alert(1)</script>"
    made = shown("{{ " + call + " }}", {"bad": bad})
    assert "<script>" not in made
    assert "\"'>" not in made


def test_a_missing_name_is_an_error_and_not_an_empty_place():
    with pytest.raises(UndefinedError):
        shown("{{ ui.tag('yes', no_such_name) }}")


@pytest.mark.parametrize(
    ("value", "said"), [("3 kg", "3 kg"), (None, "None"), ("<b>", "&lt;b&gt;")]
)
def test_a_row_s_own_key_comes_before_what_a_dictionary_can_do(value, said):
    assert shown("{{ row.values }}", {"row": {"values": value}}) == said


@pytest.mark.parametrize(
    ("template", "said"),
    [("row.get('a')", "1"), ("row.b | default('none')", "none"), ("row.items() | length", "1")],
)
def test_what_a_dictionary_can_do_is_there_where_no_key_has_its_name(template, said):
    assert shown("{{ " + template + " }}", {"row": {"a": 1}}) == said


@pytest.mark.parametrize("template", ["row.b", "row.b.c", "row['b']"])
def test_a_key_that_a_row_does_not_have_is_an_error(template):
    with pytest.raises(UndefinedError):
        shown("{{ " + template + " }}", {"row": {"a": 1}})


def test_a_cell_says_its_column_and_its_kind_and_the_first_names_the_row():
    cells = "['x', {'text': 1, 'kind': 'soft'}, 'y']"
    head = "[{'text': 'A'}, {'text': 'B', 'n': true}, {'text': 'C', 'out': true}]"
    made = shown("{{ ui.table('Cap', " + head + ", [" + cells + "]) }}")
    assert '<th scope="row" role="rowheader">x</th>' in made
    assert '<td role="cell" class="n soft" data-th="B">1</td><td role="cell">y</td></tr>' in made


def test_a_macro_that_is_not_there_is_an_error():
    with pytest.raises(UndefinedError):
        shown("{{ ui.carousel() }}")


def test_label_hint_error_and_source_are_tied_to_the_field():
    made = shown(
        "{{ ui.field('tel', 'Phone', hint='h', error='e', source={'kind': 'own', 'text': 's'}) }}"
    )
    assert '<label for="tel">' in made
    assert 'aria-describedby="tel-hint tel-error tel-source" aria-invalid="true"' in made
    assert all(f'id="{one}"' in made for one in ("tel", "tel-hint", "tel-error", "tel-source"))


def test_the_first_choice_has_the_field_s_id_so_that_its_error_leads_there():
    made = shown(
        "{{ ui.choice('to', 'Where', [{'value': 1, 'title': 'A'}, {'value': 2, 'title': 'B'}]) }}"
    )
    assert re.findall(r'id="([^"]+)"', made) == ["to", "to-2"]


def test_a_table_keeps_its_roles_when_it_folds():
    made = shown("{{ ui.table('Cap', [{'text': 'A'}, {'text': 'B', 'n': true}], [['x', 1]]) }}")
    for role in ("table", "rowgroup", "row", "columnheader", "rowheader", "cell"):
        assert f'role="{role}"' in made
    assert 'data-th="B"' in made


@pytest.mark.parametrize(
    ("token", "made"), [("t<", '<input type="hidden" name="csrf" value="t&lt;">'), ("", "")]
)
def test_a_form_carries_the_session_s_token(token, made):
    template = '{% from "macros.html" import csrf_field %}{{ csrf_field() }}'
    assert shown(template, around=shell(csrf=token)) == made


@pytest.mark.parametrize("points", [[1], [0, 0], [5, 1, 3], [-2, 4]])
def test_a_line_stays_in_its_picture(points):
    made = shown("{{ ui.spark(points, 2) }}", {"points": points})
    [line] = re.findall(r'polyline class="spark" points="([^"]+)"', made)
    ys = [float(pair.split(",")[1]) for pair in line.split()]
    assert all(0 <= y <= 50 for y in ys)


def test_two_papers_wear_two_weaves_and_a_copy_the_same():
    one, copy, other = (
        shown("{{ weave(d) }}", {"d": d}) for d in ("ab" * 32, "AB" * 32, "a paper")
    )
    assert one == copy != other


# Problems ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", [*SAID, 405, 410, 418, 431, 502, 504, 599])
def test_every_problem_has_its_page_in_every_language(language, status):
    from riik.runtime.web import Problem

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/x",
        "query_string": b"",
        "headers": [(b"accept-language", language.encode())],
        "scheme": "http",
        "server": ("localhost", 80),
    }
    problem = Problem(code="x.y", title="Liis", status=status, request="abcdefgh")
    answer = problem_pages(EE)(Request(scope), problem)
    page = answer.body.decode()
    assert (answer.status_code, answer.headers["content-language"]) == (status, language)
    assert "abcdefgh" in re.sub(r"</?span>", "", page)
    assert "Liis" not in page
    assert page.count("<h1>") == 1


def test_a_fault_of_ours_shows_a_number_and_nothing_of_the_fault(site):
    answer = get(
        site, "/fail", accept="text/html", accept_language="et", x_request_id="number-to-quote"
    )
    assert answer.status_code == 500
    assert "Viga on meie pool" in answer.text
    assert "number-to-quote" in re.sub(r"</?span>", "", answer.text)
    assert "Transpordiamet" in answer.text
    assert "Kask" not in answer.text
    assert "LookupError" not in answer.text


def test_a_machine_gets_a_problem_document(site):
    answer = get(site, "/fail", accept="application/json")
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_address_with_nothing_at_it_offers_the_beginning(site):
    answer = get(site, "/design/secret?<script>=1", accept="text/html")
    assert answer.status_code == 404
    assert "Sellel aadressil ei ole midagi" in answer.text
    assert "<script>=" not in answer.text


# In a real browser ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    with opened() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def address(site):
    with served(site) as where:
        yield where


PLACES = [f"/design/{name}" for name in FRAMES] + ["/design/nothing-here"]
SCREENS = [
    ("en", "light", 1280, 900),
    ("vi", "dark", 320, 256),
    pytest.param("et", "dark", 1280, 900, marks=pytest.mark.full),
    pytest.param("vi", "light", 360, 740, marks=pytest.mark.full),
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("language", "scheme", "width", "height"), SCREENS)
def test_axe_finds_nothing(browser, address, place, language, scheme, width, height):
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        bypass_csp=True,
        extra_http_headers={"Accept": "text/html"},
    )
    page.goto(f"{address}{place}?lang={language}")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert violations(page) == ""
    page.close()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("language", ["et", "vi"])
def test_nothing_needs_a_sideways_scroll(browser, address, place, language):
    page = browser.new_page(viewport={"width": 320, "height": 256})
    page.goto(f"{address}{place}?lang={language}")
    for width in (320, 360, 480, 640, 768, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 600})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    page.close()


@pytest.mark.parametrize("place", PLACES)
def test_the_browser_has_nothing_to_complain_of(browser, address, place):
    """No style or script inline that the policy would block, no id twice, one h1."""
    page = browser.new_page(extra_http_headers={"Accept": "text/html"})
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{address}{place}")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    assert page.locator("h1").count() == 1
    assert [line for line in said if "404" not in line] == []
    page.close()


SMALL = """
() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')]
  .filter((one) => one.checkVisibility() && !one.closest('p, li, td, th, dd, label, .foot, .errors, caption, .skip'))
  .filter((one) => !one.matches('.skip'))
  .map((one) => [one.getBoundingClientRect(), one])
  .filter(([box]) => box.height < 43.5 || box.width < 34)
  .map(([box, one]) => `${one.outerHTML.slice(0, 60)} ${box.width}x${box.height}`)
"""


def test_a_finger_finds_every_target(browser, address):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    for place in ("/design/", "/design/flow"):
        page.goto(address + place)
        found = [one for one in page.evaluate(SMALL) if "small" not in one]
        assert found == []
    page.close()


FOCUS = """
document.activeElement === document.body ? "the end of the page"
  : getComputedStyle(document.activeElement).outlineStyle
"""


def test_every_target_shows_its_focus(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/design/flow")
    for _ in range(14):
        page.keyboard.press("Tab")
        seen = page.evaluate(FOCUS)
        assert seen != "none", page.evaluate("document.activeElement.outerHTML")
    page.close()


def test_forced_colours_leave_states_visible(browser, address):
    page = browser.new_page(forced_colors="active")
    page.goto(f"{address}/design/")
    chosen = page.locator("input[type=radio]:checked").first
    other = page.locator("input[type=radio]:not(:checked)").first
    colour = "(one) => getComputedStyle(one).backgroundColor"
    assert chosen.evaluate(colour) != other.evaluate(colour)
    assert (
        page.locator(".button").first.evaluate("(one) => getComputedStyle(one).borderStyle")
        == "solid"
    )
    page.close()


def test_more_contrast_makes_lines_edges_and_second_text_first(browser, address):
    page = browser.new_page(contrast="more")
    page.goto(f"{address}/design/")
    root = "(name) => getComputedStyle(document.documentElement).getPropertyValue(name)"
    ink = page.evaluate(root, "--ink")
    assert [page.evaluate(root, one) for one in ("--ink-2", "--line", "--line-2")] == [ink] * 3
    page.close()


def test_paper_has_no_navigation_and_shows_where_links_lead(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/design/")
    page.emulate_media(media="print")
    assert not page.locator(".tabline").is_visible()
    assert not page.locator(".actions").first.is_visible()
    assert page.locator(".print-head").is_visible()
    assert page.locator("details p").first.is_visible()
    page.close()


def test_nothing_moves_for_those_who_want_it_still(browser, address):
    page = browser.new_page(reduced_motion="reduce")
    page.goto(f"{address}/design/")
    assert page.evaluate("document.getAnimations().length") == 0
    page.close()


def test_the_sheet_is_small_and_says_nothing_twice_as_loud():
    sheet = (DESIGN / "riik.css").read_text(encoding="utf-8")
    assert len(gzip.compress(sheet.encode())) <= 20_000
    assert "!important" not in sheet
    assert "@import" not in sheet
    assert "http" not in sheet.replace('href^="http"', "")


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_a_style_or_a_script_of_its_own(path):
    source = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", source)
