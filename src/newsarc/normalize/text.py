"""Damage to text from anywhere that changes no word: white space in one-line fields.

Umlauts are repaired before a grammar sees the text (`encoding`); what the body's blocks hold stays as printed.
"""


def one_line(text: str) -> str:
    r"""Collapse runs of white space, no-break spaces included, to one blank.

    >>> one_line("Windau\u00a0  baut\u202fum ")
    'Windau baut um'
    """
    return " ".join(text.split())
