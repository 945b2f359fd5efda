r"""A story as Markdown, with YAML in front for the tools that read folders of it (Hugo, Jekyll, Obsidian, pandoc).

The front matter has `title`, `date`, `lastmod` and `tags`, which these tools know, and the rest by the record's names;
each value is JSON, which is YAML too. In the text everything is escaped that any of them takes for more than words:
markup, HTML, links, tags, formulas, templates.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from newsarc.export.leaving import Record
from newsarc.present.safety import safe

_KNOWN = (("title", "headline"), ("date", "published"), ("lastmod", "updated"), ("tags", "keywords"))
_IN_TEXT = ("headline", "lead", "body", "published", "updated", "keywords", "schema")
_UNSEEN = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufff9-\uffff\ud800-\udfff]"
    "|[\U000e0000-\U000e007f]"
)
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>&|~#$@^]|(?<=[{%])%|==|:(?=//)|(?<=[wW]{3})\.|!(?=\[)")
_OPENING = re.compile(r"(?:\d{1,9}(?=[.)])|(?=[-+=:%!]))")
_PREFIXES = {"heading": "## ", "list": "- ", "quote": "> "}
_GAP = "\n\n"


def story(record: Record) -> str:
    """Write a story."""
    blocks = _GAP.join(filter(None, _blocks(record)))
    return f"---\n{''.join(_front(record))}---\n\n{blocks}\n"


def _front(record: Record) -> Iterator[str]:
    """Yield the lines in front: what tools know first, then all the record says besides the text."""
    for name, key in _KNOWN:
        if record[key]:
            yield f"{name}: {quoted(record[key])}\n"
    for name, value in record.items():
        if name not in _IN_TEXT and value not in (None, [], False):
            yield f"{name}: {quoted(value)}\n"


def quoted(value: Any) -> str:
    r"""Write a value as JSON that YAML reads alike; what nobody sees is escaped.

    >>> quoted("yes: #\u202e\n")
    '"yes: #\\u202e\\n"'
    """
    return _UNSEEN.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    if found[0] > "\uffff":
        return f"\\U{ord(found[0]):08x}"
    return "\\ufffd" if "\ud800" <= found[0] <= "\udfff" else f"\\u{ord(found[0]):04x}"


def _blocks(record: Record) -> Iterator[str]:
    """Yield the headline, the lead, the text, and the words of the pictures."""
    yield f"# {plain(one_line(record['headline'] or record['id']))}"
    if record["lead"]:
        yield f"**{plain(record['lead'].strip())}**"
    for block in record["body"]:
        prefix = _PREFIXES.get(block["kind"], "")
        words = one_line(block["text"]) if block["kind"] == "heading" else block["text"].strip()
        yield prefix + plain(words).replace("\n", "\n" + ("> " if prefix == "> " else " " * len(prefix)))
    for media in record["media"]:
        if said := ", ".join(filter(None, (media["caption"], media["credit"]))):
            yield f"*{plain(one_line(said))}*"


def one_line(text: str) -> str:
    """Put a text on one line."""
    return " ".join(text.split())


def plain(text: str) -> str:
    r"""Escape a text so that Markdown shows just its words; line ends stay.

    >>> plain("1. *Turm* <b>\n- [x](javascript:y) https://z www.z")
    '1\\. \\*Turm\\* \\<b\\>\\\n\\- \\[x\\](javascript:y) https\\://z www\\.z'
    """
    lines = (_SPECIAL.sub(_backslashed, line.strip()) for line in safe(text, lines=True).split("\n"))
    return "\\\n".join(_OPENING.sub(_opened, line, count=1) if _opens(line) else line for line in lines if line)


def _backslashed(found: re.Match[str]) -> str:
    return "".join(f"\\{char}" for char in found[0])


def _opens(line: str) -> bool:
    """Tell whether a line begins like a list, a line across, or the like."""
    return _OPENING.match(line) is not None


def _opened(found: re.Match[str]) -> str:
    return found[0] + "\\"
