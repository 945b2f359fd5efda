"""Runs one command and says what it cost: seconds of CPU, seconds on the clock, peak of memory in kB, exit code.

It is a process of its own because a child's peak counts from its parent's size on: this one is small. The command's
output goes nowhere, or, with `--terminal`, to a pseudo-terminal that somebody reads.
"""

import os
import sys
import threading
import time


def _drain(screen: int) -> None:
    """Read what a terminal would show, until nobody writes any more."""
    try:
        while os.read(screen, 1 << 16):
            pass
    except OSError:
        pass


def _main() -> None:
    words = sys.argv[1:]
    screen = None
    if words[0] == "--terminal":
        screen, out = os.openpty()
        words = words[1:]
    else:
        out = os.open(os.devnull, os.O_WRONLY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    begun = time.perf_counter()
    child = os.posix_spawnp(
        words[0], words, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, out, 1)]
    )
    os.close(out)
    if screen is not None:
        threading.Thread(target=_drain, args=(screen,), daemon=True).start()
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    kilobytes = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    print(usage.ru_utime + usage.ru_stime, wall, kilobytes, os.waitstatus_to_exitcode(status))


_main()
