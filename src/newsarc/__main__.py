"""The way in, by the command's name and by `python -m newsarc`: who interrupts while all is loaded ends us silently."""

import signal


def main() -> None:
    """Run the command line and end the process."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # `cli.ending` takes it back
    from newsarc.cli import main as run

    run()


if __name__ == "__main__":
    main()
