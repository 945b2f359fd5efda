"""What the wires cost to read: files of many messages in the agencies' formats, through `newsarc parse`."""

import json
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from generate import Words
from measuring import FEW, NEWSARC, Row, Target, at_least, at_most, cost, row, sample

DISTINCT = 500  # messages; then they come again
_MB = 1_000_000
_FLAT = at_most(200, " MB")
_TIME = "2025-03-12T14:30:05+01:00"


def _text_wire(number: int, words: Words) -> str:
    body = "\r\n\r\n".join(words.paragraph() for _ in range(5))
    return (
        f"\x01bdt{number % 10_000:04} 4 pl 98  dpa {number % 9999 + 1:04}\r\n\r\nTurm/Hafen/Windau/\r\n"
        f"\x02{words.sentence(4, 8)} =\r\n\r\nWindau (dpa) - {body}\r\n\r\n# Notizblock\r\n\r\n## Internet\r\n"
        "- [Programm](https://example.org/turm)\r\n\r\n* * * *\r\n## Kontakte\r\n- Autorin: +49 30 5550123\r\n"
        "dpa em yyzz n1\r\n\r\n\x03121430 Mär 25\r\n\x7f\r\n\x7f\x04\r\n"
    )


def _digitalwires(number: int, words: Words) -> str:
    paragraphs = "".join(f"<p>{words.paragraph()}</p>" for _ in range(5))
    message = {
        "format": "digitalwires@0.9.1", "urn": f"urn:newsml:dpa.com:20090101:250312-99-{number:06}", "version": 1,
        "version_created": _TIME, "pubstatus": "usable", "language": "de", "urgency": 4,
        "headline": words.sentence(4, 8),
        "teaser": words.sentence() + ".", "dateline": "Windau (dpa) - ", "creditline": "dpa",
        "article_html": f'<section class="main">{paragraphs}</section>',
        "categories": [{"type": "dnltype:desk", "name": "Politik", "qcode": "dpacat:pl"}],
    }  # fmt: skip
    return json.dumps(message, ensure_ascii=False) + "\n"


def _newsmlg2(number: int, words: Words) -> str:
    paragraphs = "".join(f"<p>{words.paragraph()}</p>" for _ in range(5))
    return (
        f'<newsItem guid="urn:newsml:dpa.com:20090101:250312-99-{number:06}" version="1" xml:lang="de"><itemMeta>'
        f'<itemClass qcode="ninat:text"/><versionCreated>{_TIME}</versionCreated><pubStatus qcode="stat:usable"/>'
        f'</itemMeta><contentMeta><urgency>4</urgency><subject qcode="dpacat:pl" type="dpatype:category"/>'
        f'<headline rank="1">{words.sentence(4, 8)}</headline><dateline>Windau (dpa) - </dateline></contentMeta>'
        '<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">'
        f'<head><title>x</title></head><body><section class="main"><p class="teaser">{words.sentence()}.</p>'
        f"{paragraphs}</section></body></html></inlineXML></contentSet></newsItem>\n"
    )


def _nitf(number: int, words: Words) -> str:
    paragraphs = "".join(f"<p>{words.paragraph()}</p>" for _ in range(5))
    return (
        f'<nitf><head><docdata management-status="usable"><doc-id id-string="urn:newsml:dpa.com:20090101:'
        f'250312-99-{number:06}"/>'
        '<urgency ed-urg="4"/><date.issue norm="20250312T143005+0100"/><doc-scope scope="pl"/></docdata></head><body>'
        f"<body.head><hedline><hl1>{words.sentence(4, 8)}</hl1></hedline></body.head><body.content>"
        f'<p lead="true">{words.sentence()}.</p>{paragraphs}</body.content></body></nitf>\n'
    )


_FORMATS: tuple[tuple[str, Callable[[int, Words], str], str, str, Target, int], ...] = (
    ("iptc7901", _text_wire, "", "", at_least(2000, " a CPU second"), 1000),
    ("digitalwires", _digitalwires, "", "", at_least(2000, " a CPU second"), 1000),
    ("newsmlg2", _newsmlg2, '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>\n',
     "</itemSet></newsMessage>\n", at_least(500, " a CPU second"), 250),
    ("nitf", _nitf, "", "", at_least(500, " a CPU second"), 250),
)  # fmt: skip


def reading_wires(folder: Path) -> Iterator[Row]:
    """Measure each format: messages a second over a short file, and memory over a long one."""
    for name, write, head, tail, target, megabytes in _FORMATS:
        short, count = _file(folder / f"{name}.wire", write, head, tail, 40)
        spent = [cost(NEWSARC, "parse", "--format", name, short) for _ in range(FEW)]
        rate = sample([count / one.cpu for one in spent])
        more = f"{short.stat().st_size / count / 1000:.1f} kB a message; {spent[0].megabytes:,.0f} MB of memory"
        yield row(f"`parse`, {name}", rate, target, more=more)
        long, count = _file(folder / f"{name}.long", write, head, tail, megabytes)
        once = cost(NEWSARC, "parse", "--format", name, long)
        more = f"{count / once.cpu:,.0f} messages a CPU second"
        yield row(f"memory over {megabytes:,} MB of {name}", once.megabytes, _FLAT, " MB", more)
        long.unlink()


def _file(path: Path, write: Callable[[int, Words], str], head: str, tail: str, megabytes: int) -> tuple[Path, int]:
    """Write a file of about so many megabytes, and count its messages."""
    words = Words(7)
    messages = [write(number, words).encode() for number in range(DISTINCT)]
    count = int(megabytes * _MB / (sum(map(len, messages)) / DISTINCT))
    with path.open("wb") as file:
        file.write(head.encode())
        file.writelines(islice(cycle(messages), count))
        file.write(tail.encode())
    return path, count
