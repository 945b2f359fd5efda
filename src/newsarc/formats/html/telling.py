"""What a page gives for the record: each key from its JSON-LD, else its meta tags, else what a reader sees.

Source: samples/html/full.html, samples/html/meta-only.html, samples/html/agency-author.html
"""

import re
from collections.abc import Iterable
from typing import Any

from newsarc import extraction, markup
from newsarc.formats.html.looking import Page
from newsarc.formats.html.stating import Node, Stated, addresses, listed, tidy, words_of
from newsarc.wording import fold_title

Fields = dict[str, Any]

_AGENCY = re.compile(
    r"(?:(?:dpa|afp|epd|kna|dts|apa|rtr|reuters|sid|ap)(?:[-/]\w{2,20}){0,2}|dts nachrichtenagentur"
    r"|deutsche presse-agentur)(?: gmbh)?(?: \((?:dpa|afp|dts)\))?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|urn:)\S{3,2000}")
_DATES = ("article:published_time", "datepublished", "date", "dc.date", "dcterms.issued", "dcterms.date", "pubdate")
_CHANGES = ("article:modified_time", "datemodified", "last-modified", "dcterms.modified")
_SEPARATORS = (" - ", " – ", " — ", " | ", " · ", " • ", ": ")
_TOPIC = re.compile(r"(?:https?://cv\.iptc\.org/newscodes/mediatopic/|medtop:)(?P<code>\d{8})")
_NOT_FREE = ("false", "http://schema.org/false", "https://schema.org/false", "no")
_EMPTY_LINE = re.compile(r"\n\s{0,99}\n|\n")
_TAG = re.compile(r"</?(?:p|br|div|h[1-6]|ul|ol|li|a|b|i|em|strong|span)[\s>/]", re.IGNORECASE)


def fields_of(text: str, page: Page, stated: Stated, where: str) -> Fields:
    """Gather what a page says of its article, texts and times as printed.

    Raises:
        MarkupTooDeep: Its text has to be looked for, and lies too deep in it.
    """
    article = stated.article or {}

    def said(key: str) -> list[str]:
        return words_of(article.get(key), stated.by_id)

    def first(key: str, *metas: str) -> str | None:
        return next(iter(said(key)), None) or page.meta(*metas)

    warnings = ["json-ld-broken"] * bool(stated.broken)
    sites = [*said("publisher"), *page.metas.get("og:site_name", ())]
    headline = _without_site(
        first("headline", "og:title", "twitter:title") or _heading(page, sites) or page.title, sites
    )
    lead = first("description", "og:description", "description")
    body, doubt = _body(article, text, lead, headline, where)
    byline, agency = _authors(said("author") or page.metas.get("author", []))
    published = first("datePublished", *_DATES) or next(iter(page.times), None)
    if not headline:
        warnings.append("headline-missing")
    if not published:
        warnings.append("date-unreadable")
    if str(article.get("isAccessibleForFree")).lower() in _NOT_FREE or page.meta("article:content_tier") == "locked":
        warnings.append("paywall-possible")
    return {
        "id": id_of(page, article) or "",
        "headline": headline,
        "subhead": first("alternativeHeadline"),
        "lead": lead,
        "byline": byline,
        "body": body,
        "keywords": _keywords(article, page, stated),
        "category_text": "; ".join(said("articleSection")) or page.meta("article:section"),
        "subjects": _subjects(article),
        "language": first("inLanguage") or page.language,
        "credit": agency or next(iter(sites), None),
        "rights": first("copyrightNotice") or "; ".join([*said("copyrightHolder"), *said("license")]) or None,
        "places": said("contentLocation"),
        "published_text": published,
        "updated_text": first("dateModified", *_CHANGES),
        "media": _media(article, page, stated),
        "unparsed": _unsaid(page, headline, sites),
        "warnings": warnings + doubt,
    }


def id_of(page: Page, article: Node) -> str | None:
    """Return the page's canonical address, else the first address its article states, else that of its meta tags."""
    named = [page.canonical, *addresses(article), page.meta("og:url")]
    return next((address for address in named if address and _ADDRESS.fullmatch(address)), None)


def _heading(page: Page, sites: list[str]) -> str | None:
    return next((words for words in page.headings if words not in sites), None)


def _unsaid(page: Page, headline: str | None, sites: list[str]) -> list[str]:
    """Return the visible heading where it is another than the headline."""
    heading = _heading(page, sites)
    return [heading] if heading and headline and fold_title(heading) != fold_title(headline) else []


def _without_site(headline: str | None, sites: list[str]) -> str | None:
    """Take the name of the site off the end; nothing else is known to be one."""
    words = headline or ""
    for end in (separator + site for site in sites for separator in _SEPARATORS):
        if words.endswith(end) and len(words) > len(end):
            return words.removesuffix(end).rstrip()
    return headline


def _authors(names: list[str]) -> tuple[str | None, str | None]:
    """Tell the byline from the agency; an agency is the byline, too, if nobody else is named."""
    agencies = [name for name in names if _AGENCY.fullmatch(name)]
    people = [name for name in names if name not in agencies]
    if people and not agencies:
        last = people[-1].rpartition(",")[2].strip()
        agencies = [last] if _AGENCY.fullmatch(last) else []
    return ", ".join(people or agencies) or None, next(iter(agencies), None)


def _keywords(article: Node, page: Page, stated: Stated) -> list[str]:
    """Read keywords: a list, or a text with commas, else semicolons, between them; blanks do not part them."""
    words = words_of(article.get("keywords"), stated.by_id) or page.metas.get("news_keywords", [])
    words = words or page.metas.get("article:tag", []) or page.metas.get("keywords", [])
    if len(words) == 1:
        words = words[0].split("," if "," in words[0] else ";")
    return list(dict.fromkeys(filter(None, (" ".join(word.split()) for word in words))))


def _subjects(article: Node) -> list[str]:
    """Return the topics of the IPTC among what the article is about."""
    named = (
        str(one.get(key)) if isinstance(one, dict) else str(one)
        for one in listed(article.get("about"))
        for key in ("@id", "sameAs", "url", "termCode", "identifier")
    )
    return list(dict.fromkeys(f"medtop:{found['code']}" for found in map(_TOPIC.match, named) if found))


def _body(
    article: Node, page: str, lead: str | None, headline: str | None, where: str
) -> tuple[list[Fields], list[str]]:
    """Return the blocks of the text: as stated, else as found on the page; and why there is none."""
    stated = article.get("articleBody")
    if isinstance(stated, str) and stated.strip():
        return _told(stated, lead, headline, where), []
    if markup.parse_html(page, where) is None:
        return [], ["body-missing"]
    try:
        found = [{"kind": kind, "text": text} for kind, text in extraction.extract(page)]
    except extraction.ExtraMissingError:
        return [], [f"body-missing:{extraction.EXTRA}"]
    except extraction.NoAnswerError:
        return [], ["body-missing:no-answer"]
    body = _once(found, lead, headline)
    return body, ["text-left-out" if body else "body-missing"]


def _told(text: str, lead: str | None, headline: str | None, where: str) -> list[Fields]:
    """Read a stated text: plain, a line a paragraph, or HTML."""
    if _TAG.search(text):
        found = [block.model_dump() for block in markup.blocks(markup.parse_html(text, where))]
    else:
        found = [{"kind": "paragraph", "text": tidy(line)} for line in _EMPTY_LINE.split(text)]
    return _once([block for block in found if block["text"]], lead, headline)


def _once(blocks: list[Fields], lead: str | None, headline: str | None) -> list[Fields]:
    """Take headline and lead off the start of a text, if they are printed there once more."""
    said = {fold_title(words) for words in (lead, headline) if words}
    while len(blocks) > 1 and fold_title(blocks[0]["text"]) in said:
        said.discard(fold_title(blocks[0]["text"]))
        blocks = blocks[1:]
    return blocks


def _media(article: Node, page: Page, stated: Stated) -> list[Fields]:
    """Read pictures and films, one for each address; the meta tags' picture where none is stated."""
    found = [*_pictures(article.get("image"), "image", stated), *_pictures(article.get("video"), "video", stated)]
    if not found:
        found = [{"url": url, "caption": page.meta("og:image:alt")} for url in page.metas.get("og:image", [])[:1]]
    return list({one["url"]: one for one in reversed(found)}.values())[::-1]


def _pictures(value: Any, kind: str, stated: Stated) -> Iterable[Fields]:
    for one in listed(value):
        node = stated.by_id.get(str(one.get("@id")), one) if isinstance(one, dict) and len(one) == 1 else one
        if isinstance(node, str):
            node = {"url": node}
        if not isinstance(node, dict):
            continue
        url = next((node[key] for key in ("contentUrl", "url", "embedUrl") if isinstance(node.get(key), str)), None)
        if url and url.strip():
            caption = words_of(node.get("caption") or node.get("description") or node.get("name"), stated.by_id)
            credit = words_of(node.get("creditText") or node.get("copyrightHolder") or node.get("author"), stated.by_id)
            yield {
                "kind": kind, "url": url.strip(), "caption": next(iter(caption), None),
                "credit": next(iter(credit), None),
            }  # fmt: skip
