"""The floor: read the same files, split them with one regular expression, write lines of JSON; nothing else."""

import json
import os
import re
import sys

BLANK_LINES = re.compile(r"\n\s*\n")

with open(os.devnull, "w", encoding="utf-8") as out:
    folder = sys.argv[1]
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            out.write(json.dumps(BLANK_LINES.split(file.read())) + "\n")
