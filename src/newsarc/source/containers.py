"""Which files are zip or tar files, and what they hold: bytes in memory, never files on the disk.

The names of members are labels, no paths.
"""

import tarfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import IO

from newsarc.errors import EmptySource, SourceError
from newsarc.source.limits import LIMITS, Limits, Meter
from newsarc.source.members import Member, Stream, Unwanted
from newsarc.source.tars import members_of_tar
from newsarc.source.unpacking import metered, packing, pieces_of, unpack
from newsarc.source.zips import members_of_zip

ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".tar.lzma")

_ZIP = (b"PK\3\4", b"PK\5\6")  # the last one begins a zip file without members


def has_ending(name: str) -> bool:
    """Tell whether a name says that this is a container."""
    return name.lower().endswith(ENDINGS)


def is_container(file: IO[bytes]) -> bool:
    """Tell by its first bytes whether a file is a container, packed or not."""
    if file.read(4) in _ZIP:
        return True
    file.seek(0)
    with suppress(SourceError, tarfile.HeaderError):
        block = Stream(_content(file, "", LIMITS), "").read(tarfile.BLOCKSIZE)
        tarfile.TarInfo.frombuf(block, "utf-8", "replace")
        return True
    return False


def members(file: IO[bytes], name: str, limits: Limits, unwanted: Unwanted) -> Iterator[Member]:
    """Yield the members of a container in its order, lazily; folders are passed over, other things named.

    Where a member has a fault, its `data` is what can be kept of it: of a zip file how it lies there with its header,
    of a tar file what it holds; nothing if that is more than a member may have.

    Raises:
        EmptySource: It holds no file.
        DamagedContainer: It is cut, or its directory or a header is wrong; what came before was yielded.
        DamagedCompression: The same, of what it is packed in.
        CompressionBomb: It holds too much or too many; what came before was yielded.
    """
    head, member = file.read(4), None
    file.seek(0)
    if not head:
        raise EmptySource(name, "0 bytes")
    if head in _ZIP:
        found = members_of_zip(file, name, limits, unwanted)
    else:
        found = members_of_tar(Stream(_content(file, name, limits), name), limits, unwanted)
    for member in found:
        yield member
    if member is None:
        raise EmptySource(name, "it holds no file")


def _content(file: IO[bytes], name: str, limits: Limits) -> Iterator[bytes]:
    """Yield what a file holds, unpacked if it is packed."""
    pieces, meter = pieces_of(file), Meter(name, limits)
    head = next(pieces, b"")
    whole = chain((head,), pieces)
    return unpack(whole, decoder, meter) if (decoder := packing(head)) else metered(whole, meter)
