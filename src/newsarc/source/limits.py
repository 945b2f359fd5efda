"""How much one source may cost: every bound in one value, and the meter that holds unpacking to it."""

from dataclasses import dataclass

from newsarc.errors import CompressionBomb

IN_MEMORY = 16 << 20  # bytes of a source held in memory; so much may be unpacked at any ratio


@dataclass(frozen=True, slots=True)
class Limits:
    """What hostile input may take at most; sizes in bytes."""

    document: int = 16 << 20
    """Of one document, unpacked."""
    member: int = 64 << 20
    """Of one member of a zip or tar file, unpacked."""
    unpacked: int = 4 << 30
    """Of all that one compressed file, zip or tar file holds."""
    ratio: int = 200
    """Unpacked to packed, beyond the first 16 MB."""
    members: int = 100_000
    """How many a zip or tar file may have."""
    depth: int = 1
    """How deep zip and tar files are opened: 2 opens one that lies in another."""


LIMITS = Limits()
"""What counts unless a person says otherwise."""


class Meter:
    """Counts what goes in and comes out of one file or member, and stops what is too much."""

    def __init__(self, name: str, limits: Limits, packed: int = 0) -> None:
        self.name = name
        self.packed = packed
        self.unpacked = 0
        self._most = limits.unpacked
        self._ratio = limits.ratio

    def add(self, unpacked: int) -> None:
        """Count bytes that came out.

        Raises:
            CompressionBomb: They are too many.
        """
        self.unpacked += unpacked
        if self.unpacked > self._most:
            raise CompressionBomb(self.name, f"more than {self._most:,} bytes")
        if self.unpacked > IN_MEMORY and self.unpacked > self._ratio * self.packed:
            raise CompressionBomb(self.name, f"more than {self.unpacked:,} bytes from {self.packed:,}")
