"""An original without what is not for publication: private parts appear as `[left out, N characters]`.

On the safe side: a note whose mark is not read goes, too. The bytes themselves stay in the archive.
"""

import re
from collections.abc import Callable

_LEFT_OUT = "[left out, {:,} characters]"
_NOTE = re.compile(r'"(?:ednote|edNote|notepad|contactinfo)"\s*:\s*"(?P<said>(?:[^"\\]|\\.)*)"')
_OBJECT = re.compile(r"\{[^{}]*\}")
_PUBLIC = re.compile(r'"is_publishable"\s*:\s*true')
_SIGNED = re.compile(r"closingline|contacts")
_TAG = re.compile(r"<(?P<name>[\w:.-]{1,60})(?P<rest>[^<>]{0,2000})>")
_VALUE = re.compile(r'"(?P<said>[^"]*)"')
_NOTES = frozenset(("ednote", "creator", "contributor"))
_IN_ATTRIBUTES = frozenset(("ed-msg", "series"))
_MARKS = ("nonpublic", "sttnote:private")


def without_private(text: str, form: str) -> str:
    r"""Return the text of a message, read with a format, without its private parts.

    >>> without_private("Text.\n* * * *\nAutorin: 030 5550123\n\x03121430 Mär 25", "iptc7901")
    'Text.\n[left out, 28 characters]\n\x03121430 Mär 25'
    """
    return _contacts(_WAYS.get(form, _of_text)(text))


def _left_out(found: re.Match[str]) -> str:
    """Put the sign in the place of what was said."""
    start, end = found.span("said")
    if start == end or found["said"].startswith("[left out, "):
        return found[0]
    return found[0][: start - found.start()] + _LEFT_OUT.format(end - start) + found[0][end - found.start() :]


def _of_text(text: str) -> str:
    """Cut from the line that opens the private part to the end of the message."""
    from newsarc.wires import opens_private_part

    place = 0
    for line in text.splitlines(keepends=True):
        if opens_private_part(line):
            end = text.find("\x03", place)
            end = len(text) if end < 0 else end
            said = text[place:end].rstrip("\r\n")
            return text[:place] + _LEFT_OUT.format(len(said)) + text[place + len(said) :]
        place += len(line)
    return text


def _of_json(text: str) -> str:
    """Cut every note to editors that is not marked as public, and the closing line, which is wrongly."""

    def cut(found: re.Match[str]) -> str:
        is_public = _PUBLIC.search(found[0]) and not _SIGNED.search(found[0])
        return found[0] if is_public else _NOTE.sub(_left_out, found[0])

    return _NOTE.sub(lambda found: _left_out(found) if not _stands_in_object(text, found) else found[0],
                     _OBJECT.sub(cut, text))  # fmt: skip


def _stands_in_object(text: str, found: re.Match[str]) -> bool:
    """Tell whether a note is marked beside it, so that the mark decided."""
    end = text.find("}", found.end())
    return "is_publishable" in text[max(0, text.rfind("{", 0, found.start())) : end]


def _of_markup(text: str) -> str:
    """Cut every note to editors, whoever made it, and what is marked as not public."""
    parts, done = list[str](), 0
    for tag in _TAG.finditer(text):
        if tag.start() < done:
            continue
        local = tag["name"].rpartition(":")[2].lower()
        if local in _IN_ATTRIBUTES:
            parts += text[done : tag.start()], _VALUE.sub(_left_out, tag[0])
            done = tag.end()
        elif not tag["rest"].endswith("/") and (local in _NOTES or any(mark in tag["rest"] for mark in _MARKS)):
            end = text.find(f"</{tag['name']}", tag.end())
            end = len(text) if end < 0 else end
            parts += text[done : tag.end()], _LEFT_OUT.format(end - tag.end())
            done = end
    return "".join((*parts, text[done:]))


def _contacts(text: str) -> str:
    """Cut every telephone number and mail address that is left, and the signs of authors in the closing line."""
    from newsarc.wires import CLOSING_LINE, CONTACTS

    for pattern in (CLOSING_LINE, CONTACTS):
        text = pattern.sub(lambda found: _LEFT_OUT.format(len(found[0])), text)
    return text


_WAYS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("digitalwires", "ninjs"), _of_json),
    **dict.fromkeys(("newsmlg2", "nitf", "feed", "html"), _of_markup),
}
