"""Says why an RDF/XML or JSON-LD file was refused.

In: the text and the complaint of the store's parser. Out: diagnostics at the place where the text stops being XML or
JSON, or at the words that the complaint names.
"""

from __future__ import annotations

import json
import re
from xml.parsers import expat

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span

_PARSER = re.compile(r"^Parser error (?:at|between) .*?: (?=\S)")
_IRI = re.compile(r"(?:error while parsing IRI '.*': )?Invalid IRI code point")
_QUOTED = re.compile(r"'([^'\n]+)'")
_KEYWORD = re.compile(r"@[a-z]+")
_CONTEXT = re.compile(r'"@(?:context|import)"\s*:\s*(?:\[\s*)?("[^"\n]*")')
_ANY_URL = re.compile(r'"[a-z]+://[^"\n]*"')
_XML = {
    "mismatched tag": "this closing tag does not match the tag that is open",
    "not well-formed (invalid token)": "this character does not belong here",
    "no element found": "an element is missing or not closed",
    "unclosed token": "this tag does not end",
    "undefined entity": "this entity is not declared",
    "unbound prefix": "no `xmlns:` attribute declares this prefix",
    "junk after document element": "the document has ended before this",
    "duplicate attribute": "this attribute stands here twice",
}
_JSON = {
    "Expecting property name enclosed in double quotes": "expected a name in double quotes",
    "Expecting value": "expected a value here",
    "Expecting ',' delimiter": "expected `,` or a closing bracket here",
    "Expecting ':' delimiter": "expected `:` here",
    "Extra data": "the document has ended before this",
    "Unterminated string starting at": "this string does not end",
    "Illegal trailing comma before end of object": "take this comma out",
    "Illegal trailing comma before end of array": "take this comma out",
}


def explain_xml(source: Source, complaint: str) -> list[Diagnostic]:
    """Why a file is not RDF/XML."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(source.text, True)
    except expat.ExpatError as error:
        start = source.offset(error.lineno, error.offset + 1)
        reason = expat.ErrorString(error.code)
        return [_syntax(source, start, start, "this is not well-formed XML", _XML.get(reason, reason))]
    start, end = _named_place(source.text, complaint)
    return [_syntax(source, start, end, "this XML is not RDF", complaint_text(complaint))]


def explain_json(source: Source, complaint: str) -> list[Diagnostic]:
    """Why a file is not JSON-LD."""
    try:
        json.loads(source.text)
    except json.JSONDecodeError as error:
        return [
            _syntax(source, error.pos, error.pos, "this is not JSON", _JSON.get(error.msg, complaint_text(error.msg)))
        ]
    except RecursionError:
        return [_syntax(source, 0, 0, "this JSON is nested too deeply", "starts here")]
    if "LoadDocumentCallback" in complaint:
        return [_remote_context(source)]
    start, end = _named_place(source.text, complaint)
    return [_syntax(source, start, end, "this JSON is not JSON-LD", complaint_text(complaint))]


def _remote_context(source: Source) -> Diagnostic:
    match = _CONTEXT.search(source.text)
    found = match.span(1) if match else getattr(_ANY_URL.search(source.text), "span", lambda: (0, 0))()
    return Diagnostic(
        "source/remote-context",
        "this JSON-LD context is somewhere else",
        (Label(Span(source, *found), "would have to be fetched"),),
        notes=("ggen reads nothing from the network",),
        help='write the context into the file: `"@context": { … }`',
    )


def _syntax(source: Source, start: int, end: int, message: str, reason: str) -> Diagnostic:
    return Diagnostic("source/syntax", message, (Label(Span(source, start, end), reason),))


def _named_place(text: str, complaint: str) -> tuple[int, int]:
    """The words of the text that a complaint names; the start of the text when it names none."""
    named = [*_QUOTED.findall(complaint), *_KEYWORD.findall(complaint)]
    for words in named:
        start = text.find(words.strip())
        if start >= 0:
            return start, start + len(words.strip())
    return 0, 0


def complaint_text(complaint: str) -> str:
    """The store's complaint as we would put it."""
    reason = _IRI.sub("an IRI cannot contain", _PARSER.sub("", complaint)).replace("'", "`")
    return reason[:1].lower() + reason[1:]
