"""How a story is erased as the law may ask: every line, original and copy of it; what stays is chained anew.

What was erased is remembered by digest, with the reason, and refused when it comes in again.
"""

import json
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from newsarc.archive import erased
from newsarc.archive.chain import EMPTY, GENESIS, Head, Place, follows, without_framing
from newsarc.archive.checking.shape import Kept, read_kept
from newsarc.archive.disk import Disk
from newsarc.archive.filing import Entry, Filed, Fresh, id_of, written
from newsarc.archive.mending.rewriting import begun, purge, rewrite
from newsarc.archive.mending.traces import (
    FIRST_READING,
    Opened,
    Reread,
    Sought,
    Span,
    in_lost_and_found,
    in_packs,
    in_quarantine,
    long_enough,
)
from newsarc.archive.mending.walking import unpacked
from newsarc.archive.originals import Member, Packed, compressed, store
from newsarc.archive.scanning import scan
from newsarc.archive.twins import alternates_in, may_have_twins
from newsarc.encoding import blank_out, trimmed
from newsarc.errors import ArchiveDamaged, ArticleNotFound
from newsarc.zone import in_german_time

REDACTED = "original-redacted"


@dataclass(slots=True)
class Erasure:
    """What an erasing takes away, or took, and what it changes."""

    names: tuple[str, ...]
    before: Head
    after: Head | None = None
    """The new end, once it is done and where lines changed."""
    lines: list[tuple[str, Place]] = field(default_factory=list)
    behind: int = 0
    """How many other lines stand behind the first that goes: they are numbered and chained anew."""
    originals: dict[Member, list[Span]] = field(default_factory=dict)
    """Members to overwrite, and where in their bytes it stands."""
    shared: dict[Member, list[str]] = field(default_factory=dict)
    """Other stories from the same source, which is kept for them without this one."""
    unknown: list[Member] = field(default_factory=list)
    """Members that cannot be unpacked: whether it is in them is not known."""
    quarantine: list[str] = field(default_factory=list)
    lost: list[tuple[str, str, list[Span]]] = field(default_factory=list)
    """Files in lost+found: name, digest, what is taken out."""
    others: list[str] = field(default_factory=list)
    """Ids its copies have in other formats, under which nothing is stored: they are refused like its own."""
    twins: list[str] = field(default_factory=list)
    """Such ids under which something is stored."""
    referring: list[str] = field(default_factory=list)
    """Stories that name it as the same, or as the one they carry on."""

    def sentences(self) -> Iterator[str]:
        """Say, one line each, what is removed, what changes, and what is not reached."""
        yield from (f"{place.where}: line of {name}: removed" for name, place in self.lines)
        for member in self.originals:
            others = self.shared.get(member)
            yield f"{member.where}: overwritten" + (f"; kept without it for {', '.join(others)}" if others else "")
        yield from (f"{member.where}: cannot be unpacked, so it is left as it is" for member in self.unknown)
        yield from (f"{name}: removed" for name in self.quarantine)
        for name, _, spans in self.lost:
            yield from (f"{name} bytes {start}-{end - 1}: removed" for start, end in spans)
        if self.behind:
            yield f"{self.behind} lines behind it: numbered and chained anew, in new segments"
        if self.lines:
            yield "index: removed; it is made anew when it is needed"
        yield from (f"{name}: refers to it, and stays" for name in self.referring)
        yield from (f"{name}: is the same story under another id, and stays" for name in self.twins)
        yield from (f"{name}: another id of it, refused from now on" for name in self.others)
        yield (
            "not reached: what other stories say of it, as in their related links; backups and other copies; "
            "what file system and drive keep of removed files"
        )

    def summary(self, *, dry_run: bool) -> str:
        """Say it in one line."""
        counts = (
            (len(self.lines), "line", "lines"),
            (len(self.originals), "original", "originals"),
            (len(self.quarantine), "file in quarantine", "files in quarantine"),
            (sum(len(spans) for _, _, spans in self.lost), "piece in lost+found", "pieces in lost+found"),
        )
        said = ", ".join(f"{count} {one if count == 1 else more}" for count, one, more in counts if count)
        said = said or "nothing is left of it"
        if dry_run:
            return f"dry run: {said}; erase it for ever with --yes"
        if self.after is None:
            return f"erased: {said}"
        ends = (f"line {end.seq} {end.chain}" for end in (self.before, self.after))
        return f"erased: {said}; the chain ended with {', it ends now with '.join(ends)}"


def look(disk: Disk, root: str, head: Head, names: Iterable[str], *, reread: Reread, opened: Opened) -> Erasure:
    """Find all that must go with these ids; reads every line, every original, quarantine and lost+found.

    Raises:
        ArticleNotFound: The archive does not hold an id, and never erased it.
        ArchiveDamaged: A line does not fit its chain, or what was erased before cannot be read: repair comes first.
    """
    found = Erasure(tuple(dict.fromkeys(names)), head)
    sought = Sought(frozenset(found.names), set(), set())
    named, own = _look_at_lines(disk, root, found, sought)
    erased.read(disk, root)  # it must be sound: it is about to be added to
    known = erased.known(disk, root)
    for name in sought.names - {name for name, _ in found.lines}:
        if erased.digest_of(name) not in known:
            raise ArticleNotFound(name)
    sought = sought._replace(names=sought.names.union(found.others))
    folder = os.path.join(root, "originals")
    for member, spans in own.items():
        data = unpacked(disk, folder, member) or b""
        sought.texts.update(filter(long_enough, (trimmed(data, *span) for span in spans)))
    found.originals.update(own)
    for member, copies in in_packs(disk, folder, sought, named, reread):
        if copies is not None:
            found.originals[member] = sorted({*copies, *own.get(member, ())})
        elif member not in own:
            found.unknown.append(member)
    if found.originals:
        _look_who_shares(disk, root, found)
    found.quarantine += in_quarantine(disk, root, sought, reread, opened)
    found.lost += in_lost_and_found(disk, root, sought)
    return found


def _look_at_lines(
    disk: Disk, root: str, found: Erasure, sought: Sought
) -> tuple[Counter[tuple[int, int]], dict[Member, list[Span]]]:
    """Note the lines that go; returns how many bytes records name of each member, and the ranges that go."""
    named: Counter[tuple[int, int]] = Counter()
    own: dict[Member, list[Span]] = {}
    keys = ("same_as", "update_of")
    stored, named_there = set[str](), set[str]()
    marks = [f'"{key}":{json.dumps(name, ensure_ascii=False)}'.encode() for key in keys for name in found.names]
    for place, line, kept in _sound(disk, root, found.before):
        name, member = id_of(line), _member(kept)
        if kept and member and FIRST_READING in line:
            named[member[:2]] += kept.length
        if name in sought.names:
            found.lines.append((name, place))
            sought.learn(json.loads(line))
            named_there.update(alternates_in(line))
            if kept and member:
                own.setdefault(member, []).append((kept.offset, kept.offset + kept.length))
            continue
        found.behind += bool(found.lines)
        if any(mark in line for mark in marks):
            found.referring.append(name)
        if may_have_twins(name, b""):
            stored.add(name)
    for name in sorted(named_there - sought.names):
        (found.twins if name in stored else found.others).append(name)
    return named, own


def _look_who_shares(disk: Disk, root: str, found: Erasure) -> None:
    for _, line, kept in _sound(disk, root, found.before):
        member, name = _member(kept), id_of(line)
        if member in found.originals and name not in found.names:
            others = found.shared.setdefault(member, [])
            others += [name] * (name not in others)


def _member(kept: Kept | None) -> Member | None:
    if kept is None or kept.pack is None or kept.pack_offset is None or kept.pack_length is None:
        return None
    return Member(kept.pack, kept.pack_offset, kept.pack_length)


def _sound(disk: Disk, root: str, head: Head) -> Iterator[tuple[Place, bytes, Kept | None]]:
    """Yield the lines and what each says of its original; each must follow the one before it.

    Raises:
        ArchiveDamaged: One does not, or is no record.
    """
    chain = GENESIS
    for seq, (place, line) in enumerate(scan(disk, root, EMPTY, head), 1):
        followed = follows(line, seq, chain)
        if followed is None:
            raise ArchiveDamaged(place.where, "its bytes do not fit its chain")
        chain = followed
        try:
            yield place, line, read_kept(line)
        except ValueError as error:
            raise ArchiveDamaged(place.where, "it is no record") from error


def erase(disk: Disk, root: str, found: Erasure, *, reason: str, now: datetime, rotate_at: int) -> None:
    """Take away what was found; only under the lock, and as the archive stood when it was found.

    Raises:
        ArchiveDamaged: A line does not fit its chain; nothing is changed.
        OSError: A step failed; before the new HEAD nothing is changed, behind it the next writer finishes.
    """
    moved = _kept_for_others(disk, root, found, rotate_at)
    counts = Counter(name for name, _ in found.lines)
    sources = sorted({name[11:75] for name in found.quarantine})  # what stands between folder and ending
    plan = begun(disk, root, "erase", found.before.segment)._replace(
        zeros=list(found.originals),
        removed=found.quarantine,
        cut=found.lost,
        logged=[
            {
                "time": in_german_time(now).isoformat(),
                "id": erased.digest_of(name),
                "reason": reason,
                "lines": counts[name],
                "quarantine": sources,
                "old_chain": found.before.chain,
            }
            for name in dict.fromkeys((*(found.names if sources else counts), *found.others))
        ],
    )
    if found.lines or moved:
        found.after = rewrite(disk, root, plan, _remaining(disk, root, found, moved), rotate_at=rotate_at)
    else:
        erased.add(disk, root, plan.logged)
        purge(disk, root, plan)


def _kept_for_others(disk: Disk, root: str, found: Erasure, rotate_at: int) -> dict[Member, tuple[str, Member]]:
    """Keep each shared source once more without what goes; returns digest and place of each by its old place."""
    folder = os.path.join(root, "originals")
    digests: dict[Member, str] = {}

    def redacted() -> Iterator[Packed]:
        for member in found.shared:
            data = unpacked(disk, folder, member)
            if data is not None:
                yield (packed := blanked([data], found.originals[member]))
                digests[member] = packed.sha256

    places = store(disk, folder, redacted(), rotate_at=rotate_at)
    return {member: (digest, places[digest]) for member, digest in digests.items()}


def blanked(chunks: Iterable[bytes], spans: Iterable[Span]) -> Packed:
    """Make the original of a source with blanks in place of some of its bytes: every other byte stays where it is."""
    data = bytearray().join(chunks)
    blank_out(data, spans)
    return Packed(sha256(data).hexdigest(), b"".join(compressed([bytes(data)])))


def _remaining(disk: Disk, root: str, found: Erasure, moved: dict[Member, tuple[str, Member]]) -> Iterator[bytes]:
    """Yield the records that stay; those whose source was blanked name its new place."""
    for _, line, kept in _sound(disk, root, found.before):
        if id_of(line) in found.names:
            continue
        record, member = without_framing(line), _member(kept)
        yield redacted_record(record, *moved[member]) if member in moved else record


def redacted_record(record: bytes, digest: str, member: Member | None) -> bytes:
    """Say in a record that another story was taken out of its original, and where that lies now."""
    said: dict[str, Any] = json.loads(record)
    said["origin"]["sha256"] = digest
    if member:
        said["origin"] |= {"pack": member.pack, "pack_offset": member.offset, "pack_length": member.length}
    said["warnings"] += [REDACTED] * (REDACTED not in said["warnings"])
    return written(said)


def withheld(
    entries: Iterable[Entry], filed: Iterable[Filed], fresh: Iterable[Fresh], spans: dict[str, set[Span]]
) -> list[Fresh]:
    """Blank what was refused as erased in the originals that other articles of a batch bring along.

    `spans` says it of sources by their digest, and learns what this batch refuses: a long source spans batches.
    """
    for (article, original), one in zip(entries, filed, strict=True):
        if one.what == "erased" and original:
            origin = json.loads(article if isinstance(article, bytes) else article.line())["origin"]
            start, length = (origin["offset"], origin["length"]) if origin else (0, 0)
            spans.setdefault(original.sha256, set()).add((start, start + length))
    packed: dict[str, Packed] = {}
    kept: list[Fresh] = []
    for record, original in fresh:
        if original is None or original.sha256 not in spans:
            kept.append((record, original))
            continue
        digest = original.sha256
        if digest not in packed:
            whole = [zlib.decompress(original.member, 31)] if isinstance(original, Packed) else original.chunks()
            packed[digest] = blanked(whole, spans[digest])
        kept.append((redacted_record(record, packed[digest].sha256, None), packed[digest]))
    return kept
