"""A newsarc on a terminal of a width: what a person would see."""

import fcntl
import os
import struct
import subprocess
import sys
import termios
from pathlib import Path


def on_terminal(
    folder: Path, *words: str | Path, width: int = 120, is_whole: bool = False, **env: str
) -> tuple[int, str]:
    """Run newsarc on a terminal of a width; returns the exit code and what it shows, with stderr if `is_whole`."""
    import pty  # noqa: PLC0415 - not on every platform

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "newsarc", *map(str, words)],
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs if is_whole else subprocess.PIPE, cwd=folder,
        env={**os.environ, "TERM": "xterm-256color", "NEWSARC_ARCHIVE": str(folder / "archive"), **env},
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 1 << 16):
                shown += piece
        except OSError:  # the other side is closed
            pass
        os.close(ours)
        process.communicate(timeout=30)
    return process.returncode, shown.decode().replace("\r\n", "\n")
