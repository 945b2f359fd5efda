"""Every way newsarc can fail, and the exit code of each.

A message is one line: ``what (where): why. What to do.`` The class knows *what* and the cure, the
place that raises it knows *where* and *why*. Only `cli` prints it and turns it into an exit status.
"""

from typing import ClassVar

_LONGEST_WHERE = 300  # characters of what a message names


class NewsarcError(Exception):
    """The root of the tree; never raised itself."""

    exit_code: ClassVar[int] = 70
    what: ClassVar[str] = "something failed"
    cure: ClassVar[str] = ""

    def __init__(self, where: str, why: str = "") -> None:
        super().__init__(where, why)
        self.where = where
        self.why = why

    def __str__(self) -> str:
        because = f": {self.why.rstrip('.')}" if self.why else ""
        stop = "" if because.endswith("?") else "."
        cure = f" {self.cure}" if self.cure else ""
        where = self.where if len(self.where) <= _LONGEST_WHERE else f"{self.where[:_LONGEST_WHERE]}..."
        return f"{self.what} ({where}){because}{stop}{cure}"


class SourceError(NewsarcError):
    """A source cannot be read; its bytes go to quarantine and the run goes on."""

    exit_code = 1
    what = "source not read"
    code: ClassVar[str] = "unreadable"
    """The stable reason code that stands in quarantine."""
    stage: ClassVar[str] = "read"
    """How far the source came: `read`, `sniff` or `parse`."""


class EmptySource(SourceError):
    """A source holds no byte, or nothing but blanks."""

    what = "source is empty"
    cure = "Check where it was copied from."
    code = "empty"


class BinarySource(SourceError):
    """A source is not text and no format claims it."""

    what = "source is not text"
    cure = "Give newsarc the text itself; archives in archives are not opened."
    code = "binary"
    stage = "sniff"


class UnmarkedText(SourceError):
    """A source is text in UTF-16 without its byte order mark; in a folder too it is not passed over as binary."""

    what = "source is UTF-16 without its mark"
    cure = "Save it as UTF-8, or with its byte order mark."
    code = "unmarked-text"
    stage = "sniff"


class UnknownFormat(SourceError):
    """No format claims a source."""

    what = "format not recognised"
    cure = "Name a format with --format if you know better."
    code = "unknown-format"
    stage = "sniff"


class AmbiguousFormat(SourceError):
    """Two formats claim one source."""

    what = "format unclear"
    cure = "Name the right one with --format."
    code = "ambiguous-format"
    stage = "sniff"


class ParseError(SourceError):
    """A source breaks the grammar of its format."""

    what = "source breaks its grammar"
    cure = "Compare it with the layouts in docs/formats.md."
    code = "parse-error"
    stage = "parse"


class EntitiesDeclared(SourceError):
    """An XML source declares entities of its own, which are never resolved."""

    what = "XML declares entities"
    cure = "Resolve them yourself if you trust it, and ingest the result."
    code = "entities-declared"
    stage = "parse"


class MarkupTooDeep(SourceError):
    """Markup lies too deep in itself, or one text of it is too long, to be read without loss."""

    what = "markup is too deep"
    cure = "Save the page as text, and ingest that."
    code = "too-deep"
    stage = "parse"


class UnsupportedFormat(SourceError):
    """A source is of a known kind that newsarc does not read."""

    what = "format is not supported"
    cure = "newsarc formats lists what is read."
    code = "unsupported-format"
    stage = "sniff"


class TooLarge(SourceError):
    """A source, or one story in it, is beyond the limit."""

    what = "source too large"
    cure = "Cut it into smaller files."
    code = "too-large"
    stage = "parse"


class DamagedCompression(SourceError):
    """A compressed source ends early or fails its own checksum."""

    what = "compressed source is damaged"
    cure = "Fetch it again."
    code = "damaged-compression"


class CompressionBomb(SourceError):
    """A compressed source unpacks to more than it may."""

    what = "compressed source unpacks to too much"
    cure = "Unpack it yourself if you trust it, and ingest the parts."
    code = "bomb"


class DamagedContainer(SourceError):
    """A zip or tar file is cut, or its directory or a header is wrong; the members before the fault were read."""

    what = "zip or tar file is damaged"
    cure = "Fetch it again; what stood before the fault was read."
    code = "damaged-container"


class NestedContainer(SourceError):
    """A zip or tar file lies in another one."""

    what = "archive in an archive is not opened"
    cure = "Unpack the outer one, and ingest the inner one."
    code = "nested-container"


class EncryptedMember(SourceError):
    """A member of a zip file needs a password."""

    what = "member is encrypted"
    cure = "Unpack it yourself, and ingest what it holds."
    code = "encrypted"


class UnsupportedMember(SourceError):
    """A member of a zip or tar file is packed in a way that newsarc does not unpack."""

    what = "member is packed in an unknown way"
    cure = "Unpack it yourself, and ingest what it holds."
    code = "unsupported-packing"


class WorkerCrashed(SourceError):
    """The process that read a source died of it, or met a bug."""

    what = "source crashes its reader"
    cure = "Report it; newsarc ingest --jobs 0 --debug shows where."
    code = "crashed"
    stage = "parse"


class WorkerTimeout(SourceError):
    """A source took too long to read, and its process was ended."""

    what = "source takes too long to read"
    cure = "Give it more time with --timeout if you trust it."
    code = "timeout"
    stage = "parse"


class WorkerMemory(SourceError):
    """A source took too much memory to read, and its process was ended."""

    what = "source takes too much memory to read"
    cure = "Give it more with --memory if you trust it."
    code = "memory"
    stage = "parse"


class UnreadableSource(SourceError):
    """The system does not hand a source over: missing, no permission, not a file. No bytes, so no quarantine."""

    exit_code = 74
    what = "cannot read source"
    cure = "Check the path and its permissions."
    code = "unreadable"


class ConfigError(NewsarcError):
    """The configuration file cannot be read, or says what newsarc does not know."""

    exit_code = 2
    what = "configuration not understood"
    cure = "Correct the file; NEWSARC_CONFIG= in front of a command reads none."


class QueryError(NewsarcError):
    """A question, or an option, is malformed."""

    exit_code = 2
    what = "question not understood"


class QuestionTooCostly(QueryError):
    """A question for words takes too long to look up: too many beginnings of words in a large archive."""

    what = "question takes too long"
    cure = "Give more letters before each *, or fewer words."


class UnknownWord(QueryError):
    """A category, field, format or other fixed word is not known; names the nearest right one."""

    what = "unknown word"


class UnreadableDate(QueryError):
    """A date in an option cannot be read."""

    what = "date not understood"
    cure = "Write 2025-02-15, 15.02.2025, 2025-02 or 2025."


class AmbiguousId(QueryError):
    """The beginning of an id fits several articles."""

    what = "id fits several articles"
    cure = "Give more of it."


class UnknownVersion(QueryError):
    """A story has no such version or revision; names those it has."""

    what = "no such version"
    cure = "Write 2, or 2.1 for its first revision."


class AmbiguousVersion(QueryError):
    """A story's provider and the archive both counted a version of this number."""

    what = "version unclear"


class ArchiveRefused(QueryError):
    """A folder is not an archive this newsarc may write to or read."""

    what = "archive refused"


class NotAnArchive(ArchiveRefused):
    """The folder holds something else."""

    what = "folder holds something else"
    cure = "Name an empty or a new folder with --archive."


class ArchiveTooNew(ArchiveRefused):
    """The archive was made by a newer newsarc."""

    what = "archive is of a newer format"
    cure = "Upgrade newsarc; nothing was changed."


class ExtraMissing(QueryError):
    """What was asked for needs a library that is not installed; `why` says which command brings it."""

    what = "an extra is not installed"
    cure = "Install it, and run it again."


class DestinationTaken(QueryError):
    """Something stands where an export or a chart should go."""

    what = "there is something already"
    cure = "Name another place, or replace what newsarc made there with --force."


class NotFound(NewsarcError):
    """What was asked for does not exist."""

    exit_code = 3
    what = "not found"


class ArticleNotFound(NotFound):
    """No article has this id."""

    what = "no such article"
    cure = "Look for its id with newsarc list --output ids."


class KeptBack(NotFound):
    """An article is there, and may not be shown now; `why` says until when, since when, or for which reason."""

    what = "article is not shown"


class ArticleEmbargoed(KeptBack):
    """An article may not be published yet."""

    what = "article is embargoed"
    cure = "Show it with --embargoed."


class ArticleWithdrawn(KeptBack):
    """An article was withdrawn by its source, in all its versions; its bytes stay in the archive."""

    what = "article was withdrawn"
    cure = "Show it with --canceled."


class ArticleWithheld(KeptBack):
    """An article is withheld by its source, perhaps for a time."""

    what = "article is withheld"
    cure = "Show it with --canceled."


class NothingToCorrect(NotFound):
    """A category that nothing speaks against, or that no person gave, is to be corrected or taken back."""

    what = "nothing to correct"


class OriginalNotKept(NotFound):
    """The archive does not keep the bytes an article was read from."""

    what = "no original kept"
    cure = "Archives made with --no-originals keep none."


class ArchiveNotFound(NotFound):
    """There is no archive at this place."""

    what = "no archive here"
    cure = "Make one with newsarc ingest, or name one with --archive."


class ArchiveDamaged(NewsarcError):
    """The archive's integrity is broken; names segment, line and bytes."""

    exit_code = 4
    what = "archive is damaged"
    cure = "Nothing was changed; see what is wrong with newsarc verify, then run newsarc repair."


class HeadMissing(ArchiveDamaged):
    """The file that names the committed end is gone; the articles are not."""

    what = "archive has lost its HEAD"
    cure = "The next newsarc ingest rebuilds it from the chain; no article is lost."


class IndexUnusable(NewsarcError):
    """The index cannot be used and cannot be rebuilt."""

    exit_code = 5
    what = "index cannot be used"
    cure = "Delete the folder index/ of the archive; it is made anew."


class IndexDamaged(IndexUnusable):
    """The index is not as it was written, or does not fit the archive; it is made anew."""

    what = "index is damaged"
    cure = "It is made anew from the articles."


class StorageError(NewsarcError):
    """Writing failed: disk full, no permission, input-output error. The archive is as it was."""

    exit_code = 74
    what = "cannot write"
    cure = "Nothing archived was changed; make room or mend the permission, and run it again."


class WorkersUnusable(NewsarcError):
    """The processes that read sources do not start."""

    exit_code = 74
    what = "workers do not start"
    cure = "Read in one process, without shelter, with --jobs 0."


class OutputError(NewsarcError):
    """What was asked for cannot be written out: disk full, stdout closed."""

    exit_code = 74
    what = "cannot write output"
    cure = "Check where it goes."


class PortUnusable(NewsarcError):
    """The reading room cannot listen at an address."""

    exit_code = 74
    what = "cannot listen"
    cure = "Name another port with --port; 0 takes any that is free."


class ArchiveLocked(NewsarcError):
    """Another run writes to the archive."""

    exit_code = 75
    what = "archive is locked by another run"
    cure = "Wait for it to end, and run it again."


class ArchiveRewritten(NewsarcError):
    """A repair or an erasing replaced the segments while they were read."""

    exit_code = 75
    what = "archive was rewritten while it was read"
    cure = "Run it again."


class DestinationLocked(NewsarcError):
    """Another run writes an export to the same place."""

    exit_code = 75
    what = "another run writes there"
    cure = "Wait for it to end, or name another place."
