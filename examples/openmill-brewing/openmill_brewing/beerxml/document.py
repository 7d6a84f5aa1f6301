"""From the bytes of a file to the elements of its record sets; what is hostile or broken stops here."""

import re
from html.entities import html5
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers.expat import errors as expat
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

MAX_BYTES = 5_000_000
MAX_DEPTH = 16  # the standard's deepest, a tag of a mash step, is at 7
MAX_ELEMENTS = 250_000
ENCODINGS = {"utf-8", "utf-16", "us-ascii", "iso-8859-1", "iso-8859-15", "latin-1", "windows-1252"}

_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*\?>")
_DECLARED_ENCODING = re.compile(rb"\A\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)([A-Za-z][A-Za-z0-9]{0,31};)?")
_JUNK_AFTER_DOCUMENT = expat.codes[expat.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]


class Unreadable(ValueError):
    """The file as a whole cannot be read: a stable code and a sentence for a person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def decode(content: bytes) -> str:
    """Turn the file's bytes into text by its byte order mark, its declaration, or as UTF-8 and then Windows-1252."""
    _refuse_size(len(content))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(content, "utf-16")
    declared = _DECLARED_ENCODING.match(content)
    encoding = declared.group(1).decode().lower() if declared else "utf-8"
    if encoding not in ENCODINGS:
        raise Unreadable("BEERXML_ENCODING", f"The encoding {encoding!r} is not supported. Save the file as UTF-8.")
    # Programs on Windows say ISO-8859-1 and write 1252, whose extra letters are control codes in ISO-8859-1.
    if encoding in {"iso-8859-1", "latin-1"}:
        encoding = "windows-1252"
    try:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError:
        return _decoded(content, "windows-1252")


def record_sets(text: str) -> list[Element]:
    """Return the top elements: one in a well-formed file, several where a program wrote its record sets in a row."""
    _refuse_size(len(text))
    markup = _AMPERSAND.sub(_as_text, _DECLARATION.sub(_line_breaks, text))
    try:
        return [_parse(markup)]
    except ParseError as error:
        if error.code != _JUNK_AFTER_DOCUMENT:
            raise _malformed(error) from None
    try:
        return list(_parse(f"<BEERXML>{markup}</BEERXML>"))
    except ParseError as error:
        raise _malformed(error) from None


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("BEERXML_ENCODING", "The file is no text. Export it again as BeerXML in UTF-8.") from None


def _refuse_size(size: int) -> None:
    if size > MAX_BYTES:
        raise Unreadable("BEERXML_TOO_LARGE", f"The file has {size:,} bytes; {MAX_BYTES:,} are allowed. Split it.")


def _line_breaks(declaration: re.Match[str]) -> str:
    return "\n" * declaration.group().count("\n")  # the lines of an error stay those of the file


def _as_text(ampersand: re.Match[str]) -> str:
    """Replace an HTML entity that XML does not know (&eacute;) by its character, and a bare & by &amp;."""
    entity = ampersand.group(1)
    if entity is None:
        return "&amp;"
    character = html5.get(entity)
    return escape(character) if character else f"&amp;{entity}"


def _parse(markup: str) -> Element:
    parser = DefusedXMLParser(target=_ShallowBuilder(), forbid_dtd=True)
    try:
        parser.feed(markup)
        root: Element = parser.close()
    except DefusedXmlException:
        raise Unreadable(
            "BEERXML_FORBIDDEN_MARKUP",
            "The file declares a document type or entities. BeerXML needs neither: remove the <!DOCTYPE …> part.",
        ) from None
    except UnicodeEncodeError:
        raise Unreadable("BEERXML_ENCODING", "The text holds half a character (a lone surrogate).") from None
    return root


def _malformed(error: ParseError) -> Unreadable:
    line, column = error.position
    reason = expat.messages.get(error.code, "syntax error")
    return Unreadable("BEERXML_MALFORMED", f"The file is no XML: {reason} at line {line}, column {column + 1}.")


class _ShallowBuilder(TreeBuilder):
    """Builds the tree, and stops at a depth and a number of elements that no brewing program writes."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable("BEERXML_TOO_DEEP", f"Elements are nested more than {MAX_DEPTH} deep; this is no BeerXML.")
        if self._elements > MAX_ELEMENTS:
            raise Unreadable("BEERXML_TOO_LARGE", f"The file has more than {MAX_ELEMENTS:,} elements. Split it.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)
