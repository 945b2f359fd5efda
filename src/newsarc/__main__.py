"""`python -m newsarc`: the command line by the module's name."""

from newsarc.cli import main

main()
