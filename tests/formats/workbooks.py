"""Workbooks for tests, part by part: what a program would write, and what none should."""

import io

from riik.formats.zip import Entry, write_zip

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
REFERS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def related(*parts):
    """Relationships: id, kind and target of each."""
    inside = "".join(
        f'<Relationship Id="{name}" Type="{REFERS}/{kind}" Target="{target}"{more}/>'
        for name, kind, target, more in parts
    )
    return f'<Relationships xmlns="{RELS}">{inside}</Relationships>'


def cell(reference, value, kind="", style="", formula=""):
    attributes = f' t="{kind}"' if kind else ""
    attributes += f' s="{style}"' if style else ""
    inside = f"<is><t>{value}</t></is>" if kind == "inlineStr" else f"<v>{value}</v>"
    return f'<c r="{reference}"{attributes}>{formula and f"<f>{formula}</f>"}{inside}</c>'


def texts(number, *values):
    """A row of texts that stand in their cells."""
    cells = (cell(f"{chr(65 + n)}{number}", value, "inlineStr") for n, value in enumerate(values))
    return f'<row r="{number}">{"".join(cells)}</row>'


def sheet(*rows, main=MAIN):
    return f'<worksheet xmlns="{main}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts>
<numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/><numFmt numFmtId="165" formatCode="[Red]0.00&quot;day&quot;"/>
</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="22"/></cellXfs></styleSheet>"""


def workbook(sheets, *, strings=(), settings="", main=MAIN, states=(), **replaced):
    """A workbook of these sheets, by name; ``replaced`` parts are text, or None to leave out."""
    named = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="s{n}"{f" state={states[n]!r}" if states else ""}/>'
        for n, name in enumerate(sheets)
    ).replace("'", '"')
    parts = {
        "_rels/.rels": related(("w", "officeDocument", "xl/workbook.xml", "")),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{REFERS}"><workbookPr {settings}/>'
        f"<sheets>{named}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": related(
            *((f"s{n}", "worksheet", f"worksheets/{n}.xml", "") for n in range(len(sheets))),
            ("t", "sharedStrings", "/xl/strings.xml", ""),
            ("f", "styles", "styles.xml", ""),
        ),
        "xl/strings.xml": f'<sst xmlns="{main}">{"".join(strings)}</sst>',
        "xl/styles.xml": STYLES.replace(MAIN, main),
        **{f"xl/worksheets/{n}.xml": content for n, content in enumerate(sheets.values())},
    }
    parts |= {name.replace("__", "/"): content for name, content in replaced.items()}
    return io.BytesIO(
        write_zip(Entry(name=n, content=c.encode()) for n, c in parts.items() if c is not None)
    )
