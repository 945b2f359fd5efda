"""The text of a message: its lines become blocks, the private part and the closing line are left out.

Lines wrap at 69 columns, so a paragraph's lines are joined; lines of tables are kept, and each point of a list is a
block. Older services set no blank line between paragraphs, but indent their first lines.

Source: samples/iptc7901/correction.txt, samples/iptc7901/table.txt, samples/iptc7901/lists.txt,
samples/iptc7901/indented.txt
"""

import re
from collections.abc import Iterator

from newsarc.article import Block
from newsarc.wires import opens_private_part, split_dateline

_LONGEST_HEADING = 69  # characters: one line of the wire
_MOST_LEAD_BLOCKS = 3
_MOST_ROWS_ASIDE = 0.34  # share of a table's lines that need no columns
_NOTEPAD = re.compile(r"(?:#+\s*(?:dpa[- ])?|dpa[- ])(?:notizblock|notebook)\s*:?|notizblock", re.IGNORECASE)
WORD = re.compile(r"[^\W_]")
_ENDS_OF_NOTEPAD = frozenset("kK:")
_POINT = re.compile(r"\s*[-*+•·]\s+(?=\S)")
_COLUMNS = re.compile(r"[^\s.!?:](?: {2,}|\t)\s*(?=\S)")
_WIDE_COLUMNS = re.compile(r"\S(?: {3,}|\t)\s*(?=\S)")
_CONTACTS = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.\w|mailto:|\+\d{1,3}[\s()/.-]*\d(?:[\s()/.-]*\d){5}"
    r"|\b0\d{2,4}\)?(?:\s|\s?[/-]\s?)\d(?:[\s/-]?\d){4}|\b(?:Tel|Telefon|Fon|Fax|Mobil|Phone)\b[.:\s]*[\d(+]",
    re.IGNORECASE,
)
_CONTACT_BLOCK = re.compile(
    r"(?:dpa[- ])?(?:kontakte?|ansprechpartner|autor|redaktion|r(?:ü|ue)ckfragen|contact|author|editor|bildredaktion)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?P<sign>[^\W\d][\w/-]{1,20})(?P<words>(?:\s+[a-z0-9]{1,6}(?:/[a-z0-9]{1,6})*){1,6})", re.IGNORECASE
)
_CLOSING_WORD = re.compile(r"\w/\w|\b[a-z]\d\b", re.IGNORECASE)
_LONGEST_CLOSING = 69  # characters
_MAY_OPEN = re.compile(r"(?m:^)[ \t]*\*|(?<=ver)\S{1,3}ffentlichung|folgenden info|following info")  # in lower case
_PRIVATE_SENTENCE = re.compile(r"\s*(?:die folgenden informationen|the following information)\b", re.IGNORECASE)


def has_contacts(text: str) -> bool:
    """Tell whether a note holds a telephone number or an e-mail address: it is private, whatever its section says."""
    return bool(_CONTACTS.search(text))


def is_contact(text: str) -> bool:
    """Tell whether a block of text names whom an editor may ask, outside of any private part."""
    return bool(_CONTACT_BLOCK.match(text)) and has_contacts(text)


def public_part(lines: list[str], sign: str) -> tuple[list[str], list[str], bool]:
    """Cut lines into text and public notepad, and say whether something was left out.

    Private is what follows the line that says so, in the notepad also what follows a line of stars; and the closing
    line with its signs of desk and author.
    """
    lines, is_closed = _without_closing_line(lines, sign)
    start = next((number for number, line in enumerate(lines) if _is_notepad(line)), len(lines))
    text, is_cut = _without_private(lines[:start], is_notepad=False)
    notes, is_cut_later = ([], False) if is_cut else _without_private(lines[start:], is_notepad=True)
    return text, notes, is_closed or is_cut or is_cut_later


def _is_notepad(line: str) -> bool:
    return line[-1:] in _ENDS_OF_NOTEPAD and bool(_NOTEPAD.fullmatch(line.strip()))


def _without_closing_line(lines: list[str], sign: str) -> tuple[list[str], bool]:
    """Take off the last line if it is the closing line: `dpa abc/de yyzz n1 fgh`."""
    last = next((number for number in range(len(lines) - 1, -1, -1) if lines[number]), None)
    if last is None or len(lines[last]) > _LONGEST_CLOSING:
        return lines, False
    found = _CLOSING.fullmatch(lines[last].strip())
    if found and ("yyzz" in found["words"].lower() or _is_of_desk(found, sign)):
        return lines[:last], True
    return lines, False


def _is_of_desk(found: re.Match[str], sign: str) -> bool:
    return found["sign"].lower() in (sign.lower(), "dpa") and bool(_CLOSING_WORD.search(found["words"]))


def _without_private(lines: list[str], *, is_notepad: bool) -> tuple[list[str], bool]:
    """Cut lines before the private part; in the text only a line that begins by saying so opens it.

    Stars in the text are a rule, unless telephone numbers or addresses follow: then the notepad has lost its title.
    """
    whole = "\n".join(lines).lower()
    place = number = 0
    for sign in _MAY_OPEN.finditer(whole):
        number, place = number + whole.count("\n", place, sign.start()), sign.start()
        line = lines[number]
        if is_notepad or _PRIVATE_SENTENCE.match(line):
            start = _start_of_private(lines, number)
        else:
            is_cut = line.lstrip().startswith("*") and opens_private_part(line) and _holds_contacts(lines, number)
            start = number if is_cut else -1
        if start >= 0:
            return lines[:start], True
    return lines, False


def _start_of_private(lines: list[str], number: int) -> int:
    """Return the line that opens the private part, at or beside a line that may; its words may be wrapped. -1: none."""
    line = lines[number]
    before = lines[number - 1] if number else ""
    after = lines[number + 1] if number + 1 < len(lines) else ""
    if opens_private_part(line):
        return number
    if opens_private_part(f"{line} {after.strip()}") and not opens_private_part(after):
        return number
    return number - 1 if number and opens_private_part(f"{before} {line.strip()}") else -1


def _holds_contacts(lines: list[str], start: int) -> bool:
    """Tell whether contacts stand between a line of stars and the next one."""
    for number in range(start + 1, len(lines)):
        if opens_private_part(lines[number]):
            return bool(_PRIVATE_SENTENCE.match(lines[number]))
        if has_contacts(lines[number]):
            return True
    return False


def blocks(lines: list[str]) -> tuple[Block, ...]:
    """Turn lines into blocks; a short line alone without a mark, with a longer block behind it, is a heading."""
    found: list[Block] = []
    lone: set[int] = set()
    for group in _groups(lines):
        if len(group) == 1:
            lone.add(len(found))
        found += _block(group)
    for number in lone:
        block, following = found[number], found[number + 1 : number + 2]
        is_short = block.kind == "paragraph" and len(block.text) <= _LONGEST_HEADING and block.text[-1].isalnum()
        if is_short and following and following[0].kind != "table" and len(following[0].text) > len(block.text):
            found[number] = Block(kind="heading", text=block.text)
    return tuple(found)


def _groups(lines: list[str]) -> Iterator[list[str]]:
    """Yield runs of lines with blank lines between them."""
    group: list[str] = []
    for line in lines:
        if line:
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _block(lines: list[str]) -> Iterator[Block]:
    """Yield what one run of lines is: a table, points of a list, or paragraphs."""
    whole = "\n".join(lines)
    if not WORD.search(whole):
        yield _paragraph(whole)
    elif _POINT.match(whole) and not _is_table(lines, whole):
        yield from (Block(kind="list", text=text) for text in points(lines))
    elif "  " not in whole and "|" not in whole and "\t" not in whole and ":\n" not in whole:
        yield _paragraph(whole)
    elif _is_table(lines, whole):
        margin = min(len(line) - len(line.lstrip()) for line in lines)
        yield Block(kind="table", text="\n".join(line[margin:] for line in lines))
    else:
        yield from _paragraphs(lines)


def _paragraph(text: str) -> Block:
    return Block(text=" ".join(text.split()))


def _is_table(lines: list[str], whole: str) -> bool:
    """Tell a table by bars or by columns in nearly all of its lines; of one line, by more of them."""
    bars = whole.count("|")
    if len(lines) == 1:
        return bars > 1 or len(_WIDE_COLUMNS.findall(whole.strip())) > 1
    if not bars and "  " not in whole and "\t" not in whole:
        return False
    with_bars = sum("|" in line for line in lines) if bars else 0
    rows = max(with_bars, sum(bool(_COLUMNS.search(line)) for line in lines))
    return rows > 1 and len(lines) - rows <= _MOST_ROWS_ASIDE * len(lines)


def points(lines: list[str]) -> list[str]:
    """Join the lines of each point of a list, without its mark."""
    found: list[str] = []
    for line in lines:
        if mark := _POINT.match(line):
            found.append(" ".join(line[mark.end() :].split()))
        elif found:
            found[-1] = f"{found[-1]} {' '.join(line.split())}"
        else:
            found.append(" ".join(line.split()))
    return found


def _paragraphs(lines: list[str]) -> Iterator[Block]:
    """Yield paragraphs: one, or more where lines are indented behind lines that are not; points behind a colon."""
    gathered: list[str] = []
    for number, line in enumerate(lines):
        if gathered and gathered[-1].endswith(":") and _POINT.match(line):
            yield _paragraph(" ".join(gathered))
            yield from (Block(kind="list", text=text) for text in points(lines[number:]))
            return
        if gathered and line.startswith("  ") and not gathered[-1].startswith(" "):
            yield _paragraph(" ".join(gathered))
            gathered = []
        gathered.append(line)
    yield _paragraph(" ".join(gathered))


def lead_and_body(found: tuple[Block, ...]) -> tuple[str | None, str | None, str | None, tuple[Block, ...]]:
    """Tell the lead from the body by the first dateline; returns lead, place, sign and body.

    Without a dateline near the beginning there is no lead.
    """
    for number, block in enumerate(found[: _MOST_LEAD_BLOCKS + 1]):
        if block.kind != "paragraph":
            if block.kind != "heading":
                break
            continue
        place, sign, rest = split_dateline(block.text)
        if sign is not None:
            lead = "\n\n".join(block.text for block in found[:number]) or None
            return lead, place, sign, (*(Block(text=rest),) * bool(rest), *found[number + 1 :])
    return None, None, None, found
