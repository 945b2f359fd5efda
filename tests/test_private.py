"""What is not for publication is on no screen: not in a record, and not in an original that is shown."""

import json

import pytest

from conftest import Run
from material import SAMPLES
from newsarc.present.private import without_private

SECRETS = ("5550123", "muster@example.org", "yyzz")
FILES = (
    "iptc7901/full.txt", "digitalwires/full.json", "ninjs/full.json", "newsmlg2/full.xml", "nitf/full.xml",
    "agencytext/private-notes.txt",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_an_original_is_shown_without_its_private_parts(run: Run, name: str) -> None:
    run("ingest", str(SAMPLES / name))
    records = [json.loads(line) for line in run("list", "--all").stdout.splitlines()]
    private = [record for record in records if "private-notes-omitted" in record["warnings"]]
    assert private
    for record in private:
        shown = run("show", record["id"], "--original", "--all")
        assert (shown.returncode, "[left out, " in shown.stdout) == (0, True), record["id"]
        assert not [secret for secret in SECRETS if secret in shown.stdout], record["id"]
        assert "--private gives all bytes" in shown.stderr
        assert not [secret for secret in SECRETS if secret in json.dumps(record)]
    whole = run("show", private[-1]["id"], "--original", "--all", "--private").stdout
    assert "[left out" not in whole
    assert "555" in whole


def test_what_is_public_stays() -> None:
    assert without_private("Der Turm kostet 1.234.567 Euro.\nEr steht seit 05.06.2023.\n", "iptc7901") == (
        "Der Turm kostet 1.234.567 Euro.\nEr steht seit 05.06.2023.\n"
    )
    note = '{"role":"x","ednote":"Keine Bilder.","is_publishable":true}'
    assert without_private(note, "digitalwires") == note


@pytest.mark.parametrize(
    ("text", "form", "shown"),
    [
        ('{"role":"x","ednote":"Ruf an","is_publishable":false}', "digitalwires",
         '{"role":"x","ednote":"[left out, 6 characters]","is_publishable":false}'),
        ('{"ednote":"Ruf an","uri":"a"}', "ninjs", '{"ednote":"[left out, 6 characters]","uri":"a"}'),
        ('<a><edNote role="x">Ruf <b>an</b></edNote></a>', "newsmlg2",
         '<a><edNote role="x">[left out, 13 characters]</edNote></a>'),
        ('<a><ed-msg info="Ruf an"/>b</a>', "nitf", '<a><ed-msg info="[left out, 6 characters]"/>b</a>'),
        ("<edNote>offen", "newsmlg2", "<edNote>[left out, 5 characters]"),
        ("<p>Rückfragen: muster@example.org</p>", "html", "<p>Rückfragen: [left out, 18 characters]</p>"),
    ],
)  # fmt: skip
def test_a_private_part_is_told_by_its_mark(text: str, form: str, shown: str) -> None:
    assert without_private(text, form) == shown
