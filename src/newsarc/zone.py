"""What German time is: the one zone of the record, and its offset at a moment.

The record's times carry a fixed offset (+01:00, +02:00) instead of a zone object, so that two readings of
the same moment are equal and sort alike even in the hour that happens twice.
"""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")

_OFFSETS = {timedelta(hours=hours): timezone(timedelta(hours=hours)) for hours in (1, 2, 3)}


def in_german_time(moment: datetime) -> datetime:
    """Return an aware moment in Europe/Berlin with a fixed offset, cut to whole seconds.

    >>> from datetime import UTC
    >>> in_german_time(datetime(2025, 2, 15, 20, 2, 4, tzinfo=UTC)).isoformat()
    '2025-02-15T21:02:04+01:00'
    """
    german = moment.astimezone(BERLIN)
    return with_fixed_offset(german if german.utcoffset() in _OFFSETS else german.astimezone(_fixed(german)))


def with_fixed_offset(moment: datetime) -> datetime:
    """Exchange the zone of an aware moment for its offset; the wall clock stays."""
    return moment.replace(microsecond=0, tzinfo=_fixed(moment), fold=0)


def _fixed(moment: datetime) -> timezone:
    """Return the offset of a moment in whole minutes, as it is written: until 1893 Berlin's was 53 minutes and 28 s."""
    offset = moment.utcoffset() or timedelta()
    return _OFFSETS.get(offset) or timezone(offset - offset % timedelta(minutes=1))
