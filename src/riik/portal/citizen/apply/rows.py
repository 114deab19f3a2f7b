"""What is known and what was said, as rows of a page: values as the country writes them.

Pure. A value comes with its kind, so nothing is guessed; a picture is shown as one only when it
is a picture of a known kind inside the page itself.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from riik.core import from_text
from riik.portal.citizen.apply.where import at
from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts

__all__ = [
    "appointment_rows",
    "asked_rows",
    "begun_rows",
    "fact_rows",
    "file_row",
    "for_whom",
    "ground_rows",
    "item_row",
    "item_title",
    "known_groups",
    "law_name",
    "new_rows",
    "picture",
    "receipt_rows",
    "said_rows",
    "shown",
    "source_of",
    "statement_rows",
]

Row = Mapping[str, Any]

STANDINGS: Final = {"known": "register", "nothing": "missing", "unavailable": "silent"}
_REMARK: Final = re.compile(r"\s*(?:\([^)]*\))?\s*(?::.*)?\Z")
_PICTURE: Final = re.compile(
    r"data:image/(?:jpeg|png|webp|svg\+xml);base64,[A-Za-z0-9+/]{16,400000}={0,2}\Z"
)


def shown(row: Row, formats: Formats) -> str:
    """A value of any kind as text; a picture has none."""
    kind, value = row["kind"], row["value"]
    if kind == "day":
        return formats.date(date.fromisoformat(value))
    if kind == "days":
        return formats.days_in(value)
    if kind == "money":
        amounts = value if isinstance(value, list) else [value]
        return ", ".join(formats.money(one["minor"], one["currency"]) for one in amounts)
    return "" if kind in ("image", "none") else str(value)


def picture(row: Row) -> str:
    """The address of a picture, or nothing for what is none."""
    value = str(row["value"])
    return value if row["kind"] == "image" and _PICTURE.match(value) else ""


def source_of(fact: Row, formats: Formats) -> str:
    """Who says so, and since when: ``from the population register, 3 Nov 2026``."""
    said = str(fact.get("from") or fact.get("source") or "")
    return f"{said}, {formats.short(from_text(fact['at']))}" if fact.get("at") else said


def fact_rows(view: Row, formats: Formats, texts: Texts) -> list[dict[str, Any]]:
    """Rows of the macro `fact`, each with the way to say that it is wrong."""
    own, case = _own(view), str(view["case"])
    return [_fact(fact, formats, texts, own=own, case=case) for fact in view.get("facts", ())]


def known_groups(view: Row, formats: Formats, texts: Texts) -> list[dict[str, Any]]:
    """The same for the margin: register by register, with one source and one day each."""
    groups: dict[str, dict[str, Any]] = {}
    for fact in view.get("facts", ()):
        group = groups.setdefault(
            fact["need"],
            {
                "title": _capital(str(fact["source"])),
                "source": formats.short(from_text(fact["at"])),
                "standing": STANDINGS.get(fact["standing"], "missing"),
                "note": fact.get("note", ""),
                "rows": [],
                "href": "",
            },
        )
        if fact["standing"] == "known":
            group["rows"].append({"label": fact["label"], "value": _value(fact, formats)})
            if _own(view):
                group["href"] = (
                    f"/me/wrong?{urlencode({'register': fact['register'], 'case': view['case']})}"
                )
    return list(groups.values())


def law_name(law: str, guide: Row | None) -> str:
    """A law, or an article of one, by its name in the language of the page.

    Rules may add in the language of the law what an article is about; that is for those who read
    the rules, and is left out here.
    """
    law = _REMARK.sub("", law)
    for known in (guide or {}).get("law", ()):
        if law == known["id"] or law.startswith(f"{known['id']} "):
            return f"{known['name']}{law.removeprefix(known['id'])}"
    return law


def ground_rows(grounds: Iterable[Row], guide: Row | None) -> list[dict[str, str]]:
    """What stands against an application, each with its law by name."""
    return [{"text": one["text"], "law": law_name(one["law"], guide)} for one in grounds]


def item_title(group: Row, number: int) -> str:
    """What one item of a group is called: ``Child 2``."""
    return f"{group['item']} {number}"


def item_row(group: Row, item: Row, formats: Formats) -> dict[str, Any]:
    """An item as its list shows it."""
    rows = [{"label": row["label"], "value": shown(row, formats)} for row in item["rows"]]
    return {"n": item["n"], "title": item_title(group, item["n"]), "rows": rows}


def file_row(file: Row, formats: Formats) -> dict[str, Any]:
    """A file as its list shows it."""
    kind = str(file["document"]).rpartition(".")[2].upper()
    return {**file, "title": file["name"], "about": f"{kind}, {formats.size(file['size'])}"}


def said_rows(said: Iterable[Row], formats: Formats, texts: Texts, case: str) -> list[Any]:
    """What the person answered, each with the way to change it."""
    return [
        {
            "label": row["label"],
            "value": _said(row, formats),
            "act_href": f"{case}/{row['step']}" if row.get("step") else "",
            "act_text": texts("Change"),
        }
        for row in said
    ]


def _said(row: Row, formats: Formats) -> str:
    """A value as it was said; a file with its size."""
    file = row.get("file")
    return f"{row['value']}, {formats.size(file['size'])}" if file else shown(row, formats)


def statement_rows(rows: Iterable[Row], formats: Formats) -> list[dict[str, str]]:
    """The lines of what is going to be signed; what has no words is in the file."""
    told = ({"label": str(row["label"]), "value": _said(row, formats)} for row in rows)
    return [row for row in told if row["value"]]


def for_whom(people: Iterable[Row], own_name: str, texts: Texts) -> list[dict[str, str]]:
    """The choice of whose matter it is: oneself first, unless ``own_name`` is empty."""
    hints = {"parent": texts("You are the parent")}
    other = texts("You represent this person")
    own = [{"value": "self", "title": texts("For myself"), "hint": own_name}] if own_name else []
    return [
        *own,
        *(
            {"value": one["person"], "title": one["name"], "hint": hints.get(one["role"], other)}
            for one in people
        ),
    ]


def asked_rows(view: Row, guide: Row | None) -> list[dict[str, str]]:
    """The registers that are being asked, by what the guide tells; none where nobody tells."""
    answered = {fact["need"]: fact["standing"] for fact in view.get("facts", ())}
    return [
        {
            "source": row["source"],
            "organisation": row["organisation"],
            "standing": answered.get(row["need"], ""),
        }
        for row in (guide or {}).get("known", ())
    ]


def begun_rows(cases: Iterable[Row], *, service: str) -> list[dict[str, Any]]:
    """Cases of a service that the person began and has not handed in."""
    return [
        {
            "href": at(str(case["case"]), "continue"),
            "opened": from_text(case["opened"]),
            "whose": "" if (case.get("person") or {}).get("self", True) else case["person"]["name"],
        }
        for case in cases
        if case["service"] == service and case["state"] in ("draft", "to-sign")
    ]


def receipt_rows(
    view: Row, formats: Formats, texts: Texts, *, guide: Row | None
) -> list[dict[str, Any]]:
    """What the person has in hand now: papers and the fee."""
    rows = [
        {
            "label": paper["title"],
            "value": f"{paper['name']}, {formats.size(paper['size'])}",
            "source": _about_paper(paper, formats),
            "act_href": f"{at(view['case'], 'documents', paper['name'])}",
            "act_text": texts("Download"),
        }
        for paper in view["documents"]
    ]
    rows += appointment_rows(view, formats)
    fee = view["fee"]
    amount = formats.money(fee["amount"], fee["currency"]) if fee else ""
    if fee and not fee["paid"] and view["next"]["step"] == "payment":
        rows.append(
            {
                "label": fee["label"] or texts("Fee"),
                "value": texts("{amount} to pay", amount=amount),
                "note": texts(
                    "To {payee}, reference {reference}",
                    payee=view["organisation"],
                    reference=fee["reference"],
                ),
            }
        )
    if fee and not fee["paid"] and view["next"]["step"] == "desk-payment":
        rows.append(
            {
                "label": fee["label"] or texts("Fee"),
                "value": texts("{amount} to pay at the desk", amount=amount),
                "note": texts("Say the number {number}", number=view["number"]),
            }
        )
    if fee and fee["paid"]:
        law = formats.law(law_name(fee["law"], guide))
        rows.append(
            {
                "label": fee["label"] or texts("Fee"),
                "value": texts("{amount} paid", amount=amount),
                "note": texts(
                    "To {payee}, reference {reference}",
                    payee=view["organisation"],
                    reference=fee["reference"],
                ),
                "source": f"{law}, {formats.short(from_text(fee['paid']))}",
            }
        )
    return rows


def appointment_rows(view: Row, formats: Formats) -> list[dict[str, Any]]:
    """When and where the person is to come; what was cancelled is not shown."""
    return [
        {"label": one["what"], "value": formats.days_in(one["text"]), "note": one["bring"]}
        for one in view.get("appointments", ())
        if one["standing"] != "cancelled"
    ]


def new_rows(view: Row, formats: Formats) -> list[dict[str, str]]:
    """What a decision of yes wrote into the register: what the person now has."""
    rows = (view.get("decision") or {}).get("new", ())
    return [{"label": str(row["label"]), "value": shown(row, formats)} for row in rows]


def _about_paper(paper: Row, formats: Formats) -> str:
    day = formats.short(from_text(paper["at"])) if paper["at"] else ""
    return ", ".join(filter(None, (str(paper["about"]), day)))


def _fact(fact: Row, formats: Formats, texts: Texts, *, own: bool, case: str) -> dict[str, Any]:
    standing = STANDINGS.get(fact["standing"], "missing")
    row = {
        "label": fact["label"],
        "value": _value(fact, formats) or (texts("not known yet") if standing == "silent" else ""),
        "note": fact.get("note", ""),
        "source": source_of(fact, formats),
        "standing": standing,
    }
    if fact.get("disputed"):
        row["note"] = texts("You said that this is wrong: {number}", number=fact["disputed"])
    elif own and standing == "register":
        fields = ",".join(fact["fields"])
        asked = {"register": fact["register"], "field": fields, "case": case}
        row["act_href"] = f"/me/wrong?{urlencode(asked)}"
    return row


def _value(fact: Row, formats: Formats) -> str:
    """A value, or the picture that it is."""
    address = picture(fact)
    if not address:
        return shown(fact, formats)
    return Markup('<img class="portrait" src="{}" alt="{}">').format(address, fact["label"])


def _own(view: Row) -> bool:
    """Whether it is the visitor's own matter: only they may say that it is wrong, and at home."""
    return bool((view.get("person") or {}).get("self", True)) and not view.get("at_desk")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
