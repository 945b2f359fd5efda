"""How a line that is being typed may go on: what a shell asks, what it is answered, and the command that sets it up.

A shell calls newsarc with the line up to the cursor in `_NEWSARC_LINE`, and gets one offer a line: what it is (a word,
a file, a folder), the word, and what it may show beside it. Whatever fails, nothing is offered and nothing said.
"""

import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NoReturn

import click

from newsarc.cli.options import one_of
from newsarc.cli.output import write
from newsarc.errors import OutputError

ASKED = "_NEWSARC_COMPLETE"
SHELLS = ("bash", "zsh", "fish")
_LONGEST = 72  # characters of what is shown beside an offer
_SPECIAL = re.compile(r"([^\w@%+=:,./-])")  # to a shell, outside of quotes
_BREAKS = {":", "=", "@"}  # of what bash breaks words at, the signs that need no quotes
_UNWRITABLE = {"'": "'", '"': '"$`\\!'}  # inside these quotes


def answer(group: click.Group, asked: Mapping[str, str]) -> str:
    """Return what may come next in the line that a shell asks about; nothing where that cannot be said."""
    try:
        return "".join(_answers(group, asked))
    except Exception:  # noqa: BLE001 - a person is typing, and no word of ours belongs into their line
        return ""


def end_with_answer(group: click.Group, asked: Mapping[str, str]) -> NoReturn:
    """Answer a shell, and end; a shell that does not listen any more misses nothing."""
    with suppress(OSError, OutputError):
        write([answer(group, asked).encode("utf-8", "replace")])
    sys.exit()


def _answers(group: click.Group, asked: Mapping[str, str]) -> Iterator[str]:
    from click.shell_completion import ShellComplete

    from newsarc.cli.offering import prepare
    from newsarc.present import safe

    prepare(group)
    words, quote = split(asked.get("_NEWSARC_LINE", ""))
    *before, begun = words
    is_bash = asked[ASKED] == "bash"
    fixed = _fixed_part(begun, asked.get("_NEWSARC_BREAKS", "")) if is_bash and not quote else ""
    option = re.match(r"--[\w-]+=", begun)
    for offer in ShellComplete(group, {}, "newsarc", ASKED).get_completions(before[1:], begun):
        if offer.type != "plain":
            yield f"{offer.type}\t{begun.removeprefix(option[0] if option else '')}\t\n"
            continue
        value = (option[0] if option else "") + offer.value
        written = _written(value.removeprefix(fixed), quote) if is_bash else value
        if written and value.startswith(fixed) and safe(value) == value:
            yield f"plain\t{written}\t{safe(offer.help or '')[:_LONGEST]}\n"


def split(line: str) -> tuple[list[str], str]:
    """Cut an unfinished line into words, the last one as far as it goes, and name the quote it ends in.

    >>> split("newsarc list --category 'Aus al")
    (['newsarc', 'list', '--category', 'Aus al'], "'")
    >>> split("newsarc show ")
    (['newsarc', 'show', ''], '')
    """
    lexer = shlex.shlex(line + "\0", posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    quote = ""
    try:
        for word in lexer:
            words.append(word)  # noqa: PERF402 - what was read before an open quote counts
    except ValueError:
        state = getattr(lexer, "state", "")
        quote = state if state in _UNWRITABLE else ""
        words.append(lexer.token)
    words[-1] = words[-1].removesuffix("\0")
    return words, quote


def _fixed_part(begun: str, breaks: str) -> str:
    """Return the part of a begun word that bash does not replace: up to the last sign at which it breaks words."""
    return begun[: max((begun.rfind(sign) for sign in set(breaks) & _BREAKS), default=-1) + 1]


def _written(value: str, quote: str) -> str:
    """Write a value as it must stand in a line, which bash leaves to us; nothing where it cannot stand there."""
    if quote:
        return "" if set(value) & set(_UNWRITABLE[quote]) else value
    return _SPECIAL.sub(r"\\\1", value)


@click.command()
@click.argument("shell", metavar="SHELL", callback=one_of(SHELLS, "shell"))
def completion(shell: str) -> None:
    """Print the script by which bash, zsh or fish completes newsarc's commands: put one line into its configuration.

    Offered are commands, options, their values, and what the archive holds: ids (zsh and fish show the headlines),
    keywords, credits. Without an archive or an index nothing of it is.

    \b
    Examples:
      eval "$(newsarc completion bash)"          in ~/.bashrc
      eval "$(newsarc completion zsh)"           in ~/.zshrc, behind compinit
      newsarc completion fish | source           in ~/.config/fish/config.fish

    Exit status: 0 done, 2 usage.
    """
    write([_SCRIPTS[shell].encode()])


_BASH = r"""_newsarc_completion() {
    local type value about
    COMPREPLY=()
    while IFS=$'\t' read -r type value about; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            *) COMPREPLY+=("$value") ;;
        esac
    done < <(_NEWSARC_COMPLETE=bash _NEWSARC_LINE="${COMP_LINE:0:COMP_POINT}" \
        _NEWSARC_BREAKS="$COMP_WORDBREAKS" "$1" 2>/dev/null)
}
complete -o nosort -F _newsarc_completion newsarc 2>/dev/null || complete -F _newsarc_completion newsarc
"""

_ZSH = r"""#compdef newsarc
_newsarc() {
    local type value about
    local -a words_only described
    while IFS=$'\t' read -r type value about; do
        case $type in
            dir) _files -/ ;;
            file) _files ;;
            *) if [[ -n $about ]]; then
                   described+=("${${value//\\/\\\\}//:/\\:}:$about")
               else
                   words_only+=("$value")
               fi ;;
        esac
    done < <(_NEWSARC_COMPLETE=zsh _NEWSARC_LINE="${(j: :)words[1,CURRENT]}" "${words[1]}" 2>/dev/null)
    (( $#described )) && _describe -V newsarc described -U
    (( $#words_only )) && compadd -U -V newsarc -a words_only
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _newsarc "$@"
else
    compdef _newsarc newsarc
fi
"""

_FISH = r"""function __newsarc_complete
    set -lx _NEWSARC_COMPLETE fish
    set -lx _NEWSARC_LINE (commandline -cp | string collect)
    newsarc 2>/dev/null | while read -l -d \t type value about
        switch $type
            case dir
                __fish_complete_directories "$value"
            case file
                __fish_complete_path "$value"
            case '*'
                printf '%s\t%s\n' "$value" "$about"
        end
    end
end
complete --command newsarc --no-files --keep-order --arguments '(__newsarc_complete)'
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
