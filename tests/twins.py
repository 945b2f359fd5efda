"""Invented stories, and each of them written out as the agencies' formats would carry it.

What a format has no place for is left out (the kicker of the text wire); each carries a phone number for editors only,
marked as its format marks such notes.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape
from textwrap import wrap
from typing import NamedTuple

PHONE = "5550123"
_CODES = {"Politik": "pl", "Wirtschaft": "wi", "Vermischtes": "vm", "Kultur": "ku", "Sport": "sp"}
_MONTHS = "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez".split()
_XHTML = "http://www.w3.org/1999/xhtml"
_COLUMNS = 69


class Part(NamedTuple):
    """A block of the text."""

    text: str
    kind: str = "paragraph"


class Story(NamedTuple):
    """What all twins say, and the numbers each carries in its own way."""

    name: str
    number: str  # of the URN, with the day somebody began to write
    alfd: str  # of the text wire, on the German day it was sent
    published: str
    category: str
    headline: str
    lead: str
    place: str
    body: tuple[Part, ...]
    keywords: tuple[str, ...]
    version: int = 1
    corrects: str = ""
    encoding: str = "utf-8"  # of the text wire

    @property
    def urn(self) -> str:
        """The id the URN formats share."""
        return f"urn:newsml:dpa.com:20090101:{self.number}"

    @property
    def moment(self) -> datetime:
        """The time of this version, with the zone of its printing."""
        return datetime.fromisoformat(self.published)

    @property
    def desk(self) -> str:
        """The agency's code for the category."""
        return _CODES[self.category]

    @property
    def wire_id(self) -> str:
        """The id the text wire's number gives."""
        return f"iptc7901:{self.moment:%Y%m%d}:{self.corrects or self.alfd}"


STORIES = (
    Story(
        "duck-pond", "250312-99-100001", "0801", "2025-03-12T14:30:05+01:00", "Vermischtes",
        "Ententeich in Neustadt eröffnet", "Zwölf Enten haben in Neustadt ein neues Zuhause gefunden.", "Neustadt",
        (
            Part("Am Mittwoch wurde der Teich im Stadtpark mit Musik eröffnet. Zwölf Enten schwammen sofort los, sagte "
                 "die Parkleiterin."),
            Part("Füttern bleibt verboten", "heading"),
            Part("Die «Entenordnung» gilt ab sofort. Wer Brot wirft, zahlt 5 Euro."),
        ),
        ("Tiere", "Freizeit"),
    ),
    Story(
        "correction", "250312-99-100777", "0817", "2025-03-12T15:02:59+01:00", "Kultur",
        "Museum in Windau zeigt 340 Hüte – und einen Helm",
        "Das Hutmuseum von Windau öffnet nach zwei Jahren wieder.", "Windau",
        (
            Part("Das Hutmuseum von Windau ist wieder offen. Gezeigt werden 340 Hüte & Mützen aus fünf Jahrhunderten; "
                 "der älteste gehörte einem Fährmann, dessen Name heute niemand mehr kennt."),
            Part("„Wir haben jeden Hut dreimal gebürstet“, sagte die Leiterin. Der Eintritt kostet 4,50 Euro."),
        ),
        ("Museen",), version=4, corrects="0790",
    ),
    Story(
        "after-midnight", "250708-99-220415", "0003", "2025-07-09T00:10:41+02:00", "Sport",
        "1. FC Kranwerder gewinnt in Süßwitz mit 3:2", "Kranwerder steht zum ersten Mal im Finale.", "Süßwitz",
        (
            Part("Der 1. FC Kranwerder hat das Halbfinale bei der SpVgg Süßwitz mit 3:2 gewonnen. Das Tor fiel in "
                 "der 119. Minute."),
            Part("Trainer Jörg Müßig sprach von einem «Abend für die Ewigkeit». Gegen wen Kranwerder im Finale spielt, "
                 "entscheidet sich am 12. Juli."),
        ),
        ("Fußball", "Pokal"), encoding="cp1252",
    ),
    Story(
        "two-words", "251026-99-310022", "0419", "2025-10-26T11:45:00+01:00", "Wirtschaft",
        "Seewerk AG baut Werft in Möwensiel aus, stellt 120 Leute ein und "
        "verspricht dem Kreis einen neuen Anleger", "Die Werft in Möwensiel wächst.", "Möwensiel",
        (
            Part("Die Seewerk AG erweitert ihre Werft in Möwensiel. Das teilte der Konzern am Sonntag mit."),
            Part("Kritik vom Naturschutz", "heading"),
            Part("Der Naturschutzbund nannte den Plan „eine Zumutung für jede Robbe“. Die Seewerk AG will mit den "
                 "Gegnern reden; einen Termin gibt es noch nicht."),
            Part("Der Bau kostet rund 310 Millionen Euro. Er soll 2028 fertig sein."),
        ),
        ("Schiffbau",), version=2,
    ),
    Story(
        "short", "250131-99-000009", "1204", "2025-01-31T23:59:30+01:00", "Politik",
        "Taldern wählt im Mai", "Der Termin steht fest.", "Taldern",
        (Part("Der Landtag von Taldern wird am 25. Mai neu gewählt. Das entschied die Regierung am Freitag."),),
        ("Wahlen",),
    ),
)  # fmt: skip


def digitalwires(story: Story) -> bytes:
    """Write dpa's JSON."""
    text = _marked_up(story, "h2", span=True)
    item = {
        "format": "digitalwires@0.9.1", "urn": story.urn, "version": story.version,
        "version_created": story.published, "updated": f"{story.moment + timedelta(minutes=9):%Y-%m-%dT%H:%M:%SZ}",
        "pubstatus": None, "signal": "sig:correction" if story.corrects else None, "embargoed": None, "language": "de",
        "urgency": 4, "kicker": None, "headline": story.headline, "teaser": story.lead, "byline": None,
        "dateline": f"{story.place} (dpa) - ", "creditline": "dpa",
        "article_html": f'<section class="main"><p></p>{text}</section>', "linkbox_html": None,
        "ednotes": [{"role": "dpaednoterole:dpacontacts", "ednote": f"030 {PHONE}", "is_publishable": False}],
        "categories": [
            {"type": "dnltype:desk", "name": story.category, "qcode": f"dpacat:{story.desk}"},
            {"type": "dnltype:wire", "qcode": "dpasrv:bdt"},
            *({"type": "dnltype:dpasubject", "name": word, "qcode": f"dpasubject:{n}"}
              for n, word in enumerate(story.keywords)),
        ],
    }  # fmt: skip
    return json.dumps(item, ensure_ascii=False, indent=1).encode()


def iptc7901(story: Story) -> bytes:
    """Write a message of the text wire, its lines wrapped, the last line ends mixed."""
    moment = story.moment
    header = f"bdt0142 4 {story.desk} 98  dpa {story.alfd}" + f" br {story.corrects}" * bool(story.corrects)
    headline = "\n".join(wrap(story.headline, _COLUMNS, break_on_hyphens=False))
    note = "(Berichtigung: Zahl im ersten Satz)\n" * bool(story.corrects)
    parts = (story.lead, *(part.text for part in _paragraphs(story)))
    text = "\n\n".join("\n".join(wrap(part, _COLUMNS, break_on_hyphens=False)) for part in parts)
    private = (
        "* * * *\nDie folgenden Informationen sind nicht zur Veröffentlichung bestimmt\n## Kontakte\n"
        f"- Autorin: Erika Muster, +49 30 {PHONE}, muster@example.org\ndpa em/mb yyzz n1 kfg"
    )
    message = (
        f"\x01{header}\n\n{'/'.join(story.keywords)}/\n\x02{note}{headline} =\n\n{text}\n\n"
        f"# Notizblock\n\n{private}\r\n\r\n"
        f"\x03{moment:%d%H%M} {_MONTHS[moment.month - 1]} {moment:%y}\n\x7f\n\x7f\x04"
    )
    return message.encode(story.encoding)


def newsmlg2(story: Story) -> bytes:
    """Write a NewsML-G2 message in dpa's profile."""
    zone = "MESZ" if story.moment.utcoffset() == timedelta(hours=2) else "MEZ"
    bezu = f"br {story.corrects}" if story.corrects else ""
    number = f"bdt:0142:4:{story.desk}:98:dpa:{story.alfd}:{bezu}:{story.moment:%Y%m%d%H%M%S}{zone}"
    text = _marked_up(story, "h2", span=True)
    keywords = "".join(f'<keyword rank="{n}">{escape(word)}</keyword>' for n, word in enumerate(story.keywords, 1))
    signal = '<signal qcode="sig:correction"/>' if story.corrects else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="{story.urn}" version="{story.version}" xml:lang="de">
 <itemMeta><itemClass qcode="ninat:text"/><versionCreated>{story.published}</versionCreated>
  <pubStatus qcode="stat:usable"/><service qcode="dpasrv:bdt"/>
  <edNote role="dpaednoterole:notepad"><section xmlns="{_XHTML}">
   <section class="np-nonpublic"><p>030 {PHONE}</p></section></section></edNote>{signal}</itemMeta>
 <contentMeta><urgency>4</urgency><altId type="dpa7901rendition:iptc7901Id">{number}</altId>
  <creditline>dpa</creditline><subject qcode="dpacat:{story.desk}" type="dpatype:category"/>{keywords}
  <headline rank="1">{escape(story.headline)}</headline><dateline>{story.place} (dpa) - </dateline></contentMeta>
 <contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="{_XHTML}"><head><title>x</title></head><body>
  <header><h1>{escape(story.headline)}</h1></header><section class="main dpatextgenre-1">
  <p class="teaser">{escape(story.lead)}</p>{text}<p> </p></section></body></html></inlineXML></contentSet>
</newsItem></itemSet></newsMessage>
""".encode()


def nitf(story: Story) -> bytes:
    """Write NITF in dpa's profile: the dashed URN, the editorial time one second earlier."""
    issued = story.moment - timedelta(seconds=1) if story.moment.second else story.moment
    millis = int(story.moment.timestamp() * 1000)
    text = _marked_up(story, "hl2")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<nitf><head><docdata management-status="usable">
 <doc-id id-string="urn-newsml-dpa-com-20090101-{story.number}:{millis}"/>
 <urgency ed-urg="4"/><date.issue norm="{issued:%Y%m%dT%H%M%S%z}"/><du-key version="{story.version}"/>
 <doc-scope scope="{story.desk}"/><ed-msg info="030 {PHONE}"/>
 <key-list><keyword key="{"/".join(story.keywords)}/"/></key-list></docdata></head>
<body><body.head><hedline><hl1>{escape(story.headline)}</hl1></hedline></body.head>
<body.content><p lead="true">{escape(story.lead)}</p>{text}</body.content></body></nitf>
""".encode()


def ninjs(story: Story) -> bytes:
    """Write ninjs 2, its time in UTC."""
    text = _marked_up(story, "h2")
    moment = story.moment - (story.moment.utcoffset() or timedelta())
    item = {
        "uri": story.urn, "type": "text", "version": str(story.version), "pubstatus": "usable",
        "versioncreated": f"{moment:%Y-%m-%dT%H:%M:%S}Z", "language": "de", "urgency": 4,
        "headlines": [{"role": "main", "value": story.headline}], "located": story.place,
        "descriptions": [{"contenttype": "text/plain", "value": story.lead}],
        "bodies": [{"role": "text", "contenttype": "text/html", "value": text}],
        "subjects": [{"name": story.category, "literal": f"dpacat:{story.desk}"}],
        "ednote": f"call 030 {PHONE}", "infosources": [{"name": "dpa"}],
    }  # fmt: skip
    return json.dumps(item, ensure_ascii=False).encode()


def _paragraphs(story: Story) -> list[Part]:
    """Put the dateline in front of the first paragraph."""
    first, *others = story.body
    return [first._replace(text=f"{story.place} (dpa) - {first.text}"), *others]


def _marked_up(story: Story, heading: str, *, span: bool = False) -> str:
    """Write the text as elements; the dateline may be one of its own."""
    names = {"paragraph": "p", "heading": heading}
    text = "\n".join(f"<{names[part.kind]}>{escape(part.text)}</{names[part.kind]}>" for part in _paragraphs(story))
    sign = f"{story.place} (dpa) - "
    return text.replace(sign, f'<span class="dateline">{sign}</span>', 1) if span else text


WRITERS: dict[str, Callable[[Story], bytes]] = {
    "digitalwires": digitalwires, "iptc7901": iptc7901, "newsmlg2": newsmlg2, "nitf": nitf, "ninjs": ninjs,
}  # fmt: skip
