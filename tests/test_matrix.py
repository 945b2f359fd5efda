"""HEAD set back, lost or damaged, and kills while a segment is changed for the next: whatever else is there too."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from conftest import Figure, Run
from faulty import BAD_NAME, UNREADABLE, dice, digests, dumps, everything, faults, folder_of, keep, losses, segments
from killed import left_behind, unfit
from newsarc.archive import Archive
from newsarc.errors import ArchiveDamaged

SEED = 31


def test_a_head_that_is_older_deleted_or_flipped(tmp_path: Path, full: bool, figure: Figure) -> None:
    """With an index that is as it was, older, or none."""
    roll, runs, seen = dice(SEED), 100 if full else 20, Counter[str]()
    for number in range(runs):
        root, sources, states = tmp_path / f"{number}", tmp_path / f"sources{number}", list[tuple[bytes, Path]]()
        for part in range(roll.randint(2, 4)):
            folder_of(dumps(roll.randint(1, 3), first=10 * part + 1), sources / f"{part}")
            keep(root, sources)
            states.append(((root / "HEAD").read_bytes(), Path(shutil.copytree(root / "index", f"{root}.{part}"))))
        names = [path.name for path in sources.rglob("*.txt")]
        what, index = roll.choice(("older", "deleted", "flipped")), roll.choice(("kept", "older", "none"))
        seen[f"HEAD {what}, index {index}"] += 1
        _hurt(root, what, roll.choice(states[:-1])[0], roll.random())
        if index != "kept":
            shutil.rmtree(root / "index")
            if index == "older":
                shutil.copytree(roll.choice(states)[1], root / "index")
        lines = [path.read_bytes() for path in segments(root)]
        folder_of(dumps(2, first=50), sources / "last")
        if what == "flipped":
            before = digests(root / "articles") | {"HEAD": digests(root)["HEAD"]}
            with pytest.raises(ArchiveDamaged, match="HEAD"):
                keep(root, sources)
            assert digests(root / "articles") | {"HEAD": digests(root)["HEAD"]} == before
            continue
        keep(root, sources)
        assert losses(root, [*names, "0050.txt", "0051.txt"]) == [], (SEED, number)
        assert b"".join(path.read_bytes() for path in segments(root)).startswith(b"".join(lines)), (SEED, number)
        assert unfit(root) == [], (SEED, number)
    for what, count in seen.items():
        figure("D8", what, count)
    assert len({what.split(",")[0] for what in seen}) == 3


def _hurt(root: Path, what: str, older: bytes, share: float) -> None:
    """Set HEAD back, delete it, or flip one of its bits."""
    head = bytearray((root / "HEAD").read_bytes())
    if what == "deleted":
        (root / "HEAD").unlink()
        return
    head[int(share * len(head))] ^= 1 << int(share * 1000) % 8
    (root / "HEAD").write_bytes(older if what == "older" else head)


@pytest.mark.parametrize("what", ["older", "deleted"])
def test_the_command_rebuilds_head(tmp_path: Path, run: Run, what: str) -> None:
    root = tmp_path / "archive"
    folder_of(dumps(3), tmp_path / "in")
    assert run("ingest", "in").returncode == 0
    older = (root / "HEAD").read_bytes()
    folder_of(dumps(3, first=4), tmp_path / "in" / "more")
    assert run("ingest", "in").returncode == 0
    _hurt(root, what, older, 0)
    folder_of(dumps(1, first=9), tmp_path / "last")
    done = run("ingest", "last")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "1 new, 0 unchanged")
    assert losses(root, [path.name for path in tmp_path.rglob("*.txt")]) == []
    assert unfit(root) == []


@pytest.mark.parametrize("before", ["nothing", "an empty new segment", "a new segment that HEAD does not name"])
def test_killed_while_segments_change(tmp_path: Path, before: str, full: bool, figure: Figure) -> None:
    folder, base = folder_of({**dumps(8), BAD_NAME: UNREADABLE}, tmp_path / "sources"), tmp_path / "base"
    keep(tmp_path / "clean", folder)
    wanted = everything(tmp_path / "clean")
    base.mkdir()
    if before != "nothing":
        keep(base, folder_of(dumps(2), tmp_path / "two"), rotate_at=1)
        head = (base / "HEAD").read_bytes()
        new = base / "articles" / f"{len(segments(base)) + 1:06}.jsonl"
        new.touch()
        if before != "an empty new segment":
            new.unlink()
            keep(base, folder_of(dumps(3), tmp_path / "three"), rotate_at=1)
            (base / "HEAD").write_bytes(head)
        assert new.exists()
    runs = 70 if full else 9
    for root, names in left_behind(tmp_path / "out", "rotations", base, folder, tmp_path / "out", runs, SEED):
        assert not (root / "FORMAT").exists() or losses(root, names) == [], root
        keep(root, folder)
        assert everything(root) == wanted, root
        assert losses(root, [*dumps(8), BAD_NAME]) == [], root
        assert unfit(root) == [], root
        assert faults(root) == [], root
    figure("D12", f"kills while segments change, before: {before};", runs)
    assert Archive(base).head().seq == 2 if before != "nothing" else not list(base.iterdir())
