"""Reading XML: the one seam where lxml's complaints end. No entities, no doctype, nothing fetched."""

from __future__ import annotations

from lxml import etree


def read_xml(text: str) -> tuple[etree._Element | None, str]:
    """Return an XML text's root and what is wrong with it, "" for nothing; with a problem, the root is None."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return None, f"not XML: {error}"
    if getattr(root.getroottree().docinfo, "doctype", ""):
        return None, "XML with a doctype"
    return root, ""


def line_of(element: etree._Element) -> int:
    """Return the line that an element starts on, 0 when it is unknown."""
    line = getattr(element, "sourceline", None)
    return line if isinstance(line, int) else 0


def words_of(element: etree._Element) -> str:
    """Return all text in an element, blanks at its ends removed."""
    return "".join(str(part) for part in element.itertext()).strip()
