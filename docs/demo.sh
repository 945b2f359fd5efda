# What newsarc does, in one minute: called by `make demo` with the folder of the newsarc command.
set -eu
PATH="$1:$PATH"
export NEWSARC_ARCHIVE=build/demo-archive
rm -rf "$NEWSARC_ARCHIVE"

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }

say newsarc ingest --include "'*.txt'" samples
echo "(some samples are broken on purpose: each is named, its bytes go to quarantine, and the run goes on)"
newsarc ingest --include '*.txt' samples || test $? -eq 1
say newsarc list --category Politik
newsarc list --category Politik --output table
say newsarc search "'höhere Deiche'"
newsarc search 'höhere Deiche' --output table
say newsarc show 6f65e4
newsarc show 6f65e4 --output table
say newsarc verify
newsarc verify

cat <<END

The samples are in an archive of their own now; what could not be read is in $NEWSARC_ARCHIVE/quarantine.
What to type next:

  export PATH=$1:\$PATH NEWSARC_ARCHIVE=$NEWSARC_ARCHIVE
  newsarc list --since 2025 --category Sport
  newsarc list | jq -r .headline
  newsarc ingest your-dump.txt --archive your-archive
  newsarc --help
END
