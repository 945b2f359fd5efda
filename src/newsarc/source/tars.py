"""How a tar file is laid out: its members one after another, headers read here.

`tarfile` decodes one header. The rest of its reading ends at a damaged header as if the file ended there, and takes
quadratic time and memory over hostile pax headers (until 3.12.6).
"""

import tarfile
from collections.abc import Iterator
from typing import NamedTuple

from newsarc.errors import CompressionBomb, DamagedContainer, UnsupportedMember
from newsarc.source.limits import Limits
from newsarc.source.members import Member, Stream, Unwanted, check_number, text_of

_MOST_HEADER = 1 << 20  # bytes of a long name, or of a pax header
_MOST_HEADERS = 8  # before one member
_LONGEST_NUMBER = 20  # digits
_PAX = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
_BEFORE = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XGLTYPE, *_PAX)  # headers before a member's own
_NO_DATA = (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE)
_LINKS = {tarfile.SYMTYPE: "symlink", tarfile.LNKTYPE: "hard link"}


class _Header(NamedTuple):
    name: str
    size: int
    kind: bytes
    is_sparse: bool


def members_of_tar(stream: Stream, limits: Limits, unwanted: Unwanted) -> Iterator[Member]:
    """Yield the members of a tar file, those behind its end mark too.

    Raises:
        DamagedContainer: It is cut, a header is wrong, or members stand behind its end mark.
        CompressionBomb: It has too many members.
    """
    for number, header in enumerate(_headers(stream), 1):
        check_number(number, stream.name, limits)
        label, left = f"{stream.name}!{header.name}", header.size + -header.size % tarfile.BLOCKSIZE
        if header.kind not in tarfile.REGULAR_TYPES:
            if header.kind != tarfile.DIRTYPE:
                yield Member(label, skipped=_LINKS.get(header.kind, "not a file"))
        elif reason := unwanted(header.name):
            yield Member(label, skipped=reason)
        elif header.size > limits.member:
            yield Member(label, fault=CompressionBomb(label, f"{header.size:,} bytes, the most is {limits.member:,}"))
        else:
            left -= header.size
            fault = UnsupportedMember(label, "it is a sparse file") if header.is_sparse else None
            yield Member(label, stream.take(header.size), fault)
        stream.skip(left)


def _headers(stream: Stream) -> Iterator[_Header]:
    """Yield the header of each member, with what the headers before it say.

    The next one is read where the stream then stands, so the member's bytes must be taken first.
    """
    records: dict[bytes, bytes] = {}
    before, has_ended, has_gap = 0, False, False
    while block := stream.read(tarfile.BLOCKSIZE):
        if not block.strip(b"\0") and not records and (has_ended or len(block) == tarfile.BLOCKSIZE):
            has_ended = True
            continue
        has_gap |= has_ended
        has_ended = False
        info = _info(block, stream.name)
        if info.type not in _BEFORE:
            yield _header(info, block, records, stream)
            records, before = {}, 0
            continue
        before += 1
        if before > _MOST_HEADERS or info.size > _MOST_HEADER:
            raise DamagedContainer(stream.name, f"header {before} before a member has {info.size:,} bytes")
        text = stream.take(info.size)
        stream.skip(-info.size % tarfile.BLOCKSIZE)
        if info.type == tarfile.GNUTYPE_LONGNAME:
            records[b"path"] = text.partition(b"\0")[0]
        elif info.type in _PAX:
            records |= _pax_records(text, stream.name)
    if not has_ended:
        raise DamagedContainer(stream.name, "it is cut: its end mark is missing")
    if has_gap:
        raise DamagedContainer(stream.name, "zeros stand between its members: some are missing, or it is several files")


def _info(block: bytes, name: str) -> tarfile.TarInfo:
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise DamagedContainer(name, f"{error} in a tar file") from error
    if info.size < 0:
        raise DamagedContainer(name, "a member of a tar file has a negative size")
    return info


def _header(info: tarfile.TarInfo, block: bytes, records: dict[bytes, bytes], stream: Stream) -> _Header:
    """Put together what a member's own header and those before it say; a sparse file's has more blocks."""
    name = records.get(b"path") or info.name.encode("utf-8", "surrogateescape")
    kind, said = block[156:157], records.get(b"size", b"")
    if kind == tarfile.AREGTYPE and name.endswith(b"/"):
        kind = tarfile.DIRTYPE
    more = block[482] if kind == tarfile.GNUTYPE_SPARSE else 0
    while more:
        more = stream.take(tarfile.BLOCKSIZE)[504]
    is_sparse = kind == tarfile.GNUTYPE_SPARSE or any(key.startswith(b"GNU.sparse") for key in records)
    size = int(said) if said.isdigit() and len(said) < _LONGEST_NUMBER else info.size
    return _Header(text_of(name), 0 if kind in _NO_DATA else size, kind, is_sparse)


def _pax_records(text: bytes, name: str) -> dict[bytes, bytes]:
    """Read lines `20 path=a/b/c.txt`, each with its own length before it."""
    records, at = {}, 0
    while at < len(text):
        length = text[at : at + _LONGEST_NUMBER].partition(b" ")[0]
        end = at + int(length) if length.isdigit() else 0
        record = text[at + len(length) + 1 : end]
        if end > len(text) or not record.endswith(b"\n"):
            raise DamagedContainer(name, "a pax header in a tar file is no list of records")
        key, _, value = record[:-1].partition(b"=")
        records[key] = value
        at = end
    return records
