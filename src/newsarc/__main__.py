"""`python -m newsarc`: the command line by the module's name."""

from newsarc.cli import main

if __name__ == "__main__":
    main()
