"""XML from outside: parsed without DTD, entities or network, and canonical XML.

Refused before anything looks at it: a document type declaration (entity bombs, external
entities), more than `MOST_BYTES`, deeper than `MOST_DEPTH`, more than `MOST_ELEMENTS`.
Canonical forms: XML-C14N 1.0 and 1.1, Exclusive XML-C14N 1.0 (W3C). The inclusive forms
differ only in which ``xml:`` attributes an apex inherits, so an apex that could inherit one
is refused; an exclusive apex inherits none.
"""

from collections.abc import Sequence

from lxml import etree

from riik.core import Refused

__all__ = ["MOST_BYTES", "XmlRefused", "canonicalise", "parse", "text_of"]

MOST_BYTES = 16_000_000
MOST_DEPTH = 200
MOST_ELEMENTS = 500_000

_XML = "{http://www.w3.org/XML/1998/namespace}"


class XmlRefused(Refused):
    """Bytes that are no XML document, or one that could harm who reads it."""

    code = "formats.xml-refused"


def parse(source: bytes, *, most: int = MOST_BYTES) -> etree._Element:
    """Parse a document into its root element.

    Args:
        source: The document's bytes; its own encoding declaration counts.
        most: Largest size in bytes.

    Raises:
        XmlRefused: For ``size``, ``syntax``, ``doctype``, ``depth`` or ``elements``.
    """
    if len(source) > most:
        raise XmlRefused(f"the document is larger than {most} bytes", why="size", most=most)
    try:
        root = etree.fromstring(source, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlRefused("this is not a well-formed XML document", why="syntax") from error
    if root is None:
        raise XmlRefused("the document has no element", why="syntax")
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused("a document type declaration is not allowed", why="doctype")
    _check_shape(root)
    return root


def canonicalise(
    element: etree._Element,
    *,
    exclusive: bool,
    with_comments: bool = False,
    prefixes: Sequence[str] = (),
) -> bytes:
    """The canonical bytes of an element, in the scope of its document.

    Args:
        element: The apex element; namespaces of its ancestors count.
        exclusive: Exclusive C14N 1.0, else inclusive, 1.0 and 1.1 alike.
        with_comments: Keep comments.
        prefixes: InclusiveNamespaces PrefixList, for exclusive form.

    Raises:
        XmlRefused: For ``inherited``: an ancestor has an ``xml:`` attribute (C14N §2.4).
    """
    if not exclusive and any(_has_xml_attribute(each) for each in element.iterancestors()):
        raise XmlRefused("xml: attributes would be inherited", why="inherited")
    return etree.tostring(
        element,
        method="c14n",
        exclusive=exclusive,
        with_comments=with_comments,
        inclusive_ns_prefixes=list(prefixes) or None,
        with_tail=False,
    )


def text_of(element: etree._Element) -> str:
    """The text of an element that holds nothing else; comments don't cut it short.

    Raises:
        XmlRefused: For ``content``: there is an element, too.
    """
    if len(element) == 0:
        return element.text or ""
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child, etree._Comment | etree._ProcessingInstruction):
            raise XmlRefused("an element where only text should be", why="content")
        parts.append(child.tail or "")
    return "".join(parts)


def _has_xml_attribute(element: etree._Element) -> bool:
    return any(str(name).startswith(_XML) for name in element.attrib)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_blank_text=False,
        remove_comments=False,
        remove_pis=False,
    )


def _check_shape(root: etree._Element) -> None:
    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MOST_DEPTH:
            raise XmlRefused("the document is nested too deep", why="depth", most=MOST_DEPTH)
        if count > MOST_ELEMENTS:
            raise XmlRefused("the document has too many elements", why="elements")
