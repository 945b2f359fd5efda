"""The grammar of portal dumps, for every format in which lines of one arrive: as plain text, or inside a page.

`grammar` knows what single lines look like, `cutting` where one dump ends, `reading` what a dump's lines are.
"""
