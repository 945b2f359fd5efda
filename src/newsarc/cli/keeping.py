"""The commands that care for an archive: whether it is as it was written, making it so again, erasing from it."""

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from newsarc.cli.opening import opened, place_of
from newsarc.cli.options import archive_option, one_of, wait_option
from newsarc.cli.output import lasting, now, tell, write
from newsarc.cli.values import worded
from newsarc.errors import NewsarcError

if TYPE_CHECKING:
    from newsarc.archive import Archive


@click.command()
@archive_option
@click.option("--quick", is_flag=True, help="Only FORMAT, HEAD and the lengths of segments and packs.")
@click.option("--output", metavar="FORM", default="text", callback=one_of(("text", "jsonl"), "output form"),
              help="text (the default), or jsonl: one object a fault.")  # fmt: skip
def verify(place: str | None, quick: bool, output: str) -> int:
    """Check every byte of the archive: HEAD, chain, records, originals, quarantine, index.

    Changes nothing, takes no lock, and may run while others write. Each fault is one line on stdout: where, and what.

    \b
    Examples:
      newsarc verify
      newsarc verify --quick
      newsarc verify --output jsonl | jq -r .id

    Exit status: 0 all is as written, 2 usage, 3 no archive here, 4 the archive is damaged, 5 the index does not fit,
    74 something cannot be read, 75 the archive was rewritten meanwhile.
    """
    from newsarc.archive.checking import Tally
    from newsarc.present import progress, safe
    from newsarc.verify import Verdict
    from newsarc.verify import verify as run

    with progress(sys.stderr, "bytes") as shown:
        verdict = Verdict(Tally(lambda tally: shown.show(tally.read, total=tally.total)), quick)
        for fault in run(place_of(place), verdict.tally, quick=quick):
            verdict.add(fault)
            said = json.dumps(fault.fields(), separators=(",", ":")) if output == "jsonl" else safe(str(fault))
            shown.clear()
            write([f"{said}\n".encode()])
    tell(verdict.sentence())
    return verdict.exit_code


_yes_option = click.option("--yes", is_flag=True, help="Do it; without it, only say what would be done.")


@click.command()
@archive_option
@_yes_option
@wait_option
def repair(place: str | None, yes: bool, wait: float) -> int:
    """Make a damaged archive sound again: HEAD, FORMAT, damaged and missing lines.

    Lines that are as written keep their records; what is lost is read anew from the kept originals. Damaged bytes and
    the segments as they were go to lost+found; behind the first gap, lines are numbered and chained anew.

    \b
    Examples:
      newsarc repair
      newsarc repair --yes

    Exit status: 0 the archive is sound, 2 usage, 3 no archive here, 4 it is damaged (or has damage that cannot be
    repaired: newsarc verify names it), 74 the disk failed, 75 locked by another run.
    """
    from newsarc.archive.mending.repairing import repair as run
    from newsarc.ingest.rereading import rereader

    moment = now()
    with lasting("the archive is no worse than it was, run it again to go on" if yes else ""):
        done = run(place_of(place), now=moment, reread=rereader(moment), dry_run=not yes, tell=tell, wait=wait)
    _say_lines(done.sentences())
    tell(done.summary())
    return done.exit_code


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@archive_option
@click.option("--reason", required=True, metavar="TEXT", callback=worded,
              help="Why; it is kept for ever, so name no person.")  # fmt: skip
@_yes_option
@wait_option
def erase(ids: tuple[str, ...], place: str | None, reason: str, yes: bool, wait: float) -> None:
    """Erase articles for ever, as the law may demand: all versions, originals and copies.

    What follows is numbered and chained anew. That, when and why something was erased stays known, by a digest of its
    id; ingesting it again is refused. Ids may be given by their beginnings.

    \b
    Examples:
      newsarc erase 3a64b5 --reason 'court order of 3 May'
      newsarc erase 3a64b5 --reason 'court order of 3 May' --yes

    Exit status: 0 done, 2 usage, 3 an id or the archive is not there, 4 the archive is damaged, 74 the disk failed, 75
    locked by another run.
    """
    from newsarc.ingest.rereading import rereader, sources_in

    archive, moment = opened(place), now()
    with lasting("the next run that writes undoes it or finishes it, run it again to be sure" if yes else ""):
        done = archive.erase(
            _erasable(archive, ids),
            reason=reason,
            now=moment,
            reread=rereader(moment),
            opened=sources_in,
            dry_run=not yes,
            wait=wait,
        )
    _say_lines(done.sentences())
    tell(done.summary(dry_run=not yes))


def _erasable(archive: "Archive", words: tuple[str, ...]) -> list[str]:
    """Return the ids that are meant; one that was erased before stands for itself."""
    from newsarc.archive.disk import Disk
    from newsarc.archive.erased import digest_of, known
    from newsarc.archive.filing import id_of
    from newsarc.find import show

    gone, names = known(Disk(), archive.root), []
    for word, found in zip(words, show(archive, words), strict=True):
        if isinstance(found, NewsarcError) and digest_of(word) not in gone:
            raise found
        names.append(word if isinstance(found, NewsarcError) else id_of(found))
    return names


def _say_lines(sentences: Iterable[str]) -> None:
    """Write sentences to stdout, one a line."""
    from newsarc.present import safe

    write(f"{safe(sentence)}\n".encode("utf-8", "replace") for sentence in sentences)
