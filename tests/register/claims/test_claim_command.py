"""The command answers a sentence or a file of them in plain lines or as JSON, and wrong use in one message."""

import json
from pathlib import Path

import pytest

from cseanalysis.cli import main

ROOT = Path(__file__).resolve().parents[3]
SENTENCE = "In 2023 police recorded 4,228 group-based offences."


@pytest.fixture
def run(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)

    def carried_out(*words):
        with pytest.raises(SystemExit) as ended:
            main(["claim", *map(str, words)])
        return capsys.readouterr().out, ended.value.code

    return carried_out


def test_the_answer_begins_with_what_was_understood_and_ends_with_where_help_is(run):
    said, code = run(SENTENCE)
    lines = said.splitlines()
    assert code == 0
    assert lines[0] == f'"{SENTENCE}"'
    assert (
        lines.index("understood") < lines.index("verdict: supported") < lines.index("figures") < lines.index("because")
    )
    assert "  4,228: a number" in lines
    assert any(line.startswith("  F022  4,228 offences") for line in lines)
    assert "Childline 0800 1111" in lines[-1]


def test_figures_that_do_not_state_it_are_called_the_nearest(run):
    said, _ = run("84% of grooming gang offenders are Asian.")
    assert "the nearest figures, which do not state it" in said
    assert "what would have to be published" in said


def test_a_program_gets_json(run):
    said, _ = run("--json", SENTENCE)
    assert json.loads(said)["verdict"] == "supported"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.txt", f"{SENTENCE}\n\nThe girls chose it.\n"),
        ("list.csv", f'id,claim\n1,"{SENTENCE}"\n2,\n3,The girls chose it.\n'),
    ],
)
def test_a_file_of_sentences_is_answered_one_by_one(name, text, run, tmp_path):
    (tmp_path / name).write_text(text, encoding="utf-8")
    said, _ = run("--json", "--file", tmp_path / name)
    assert [one["verdict"] for one in json.loads(said)] == ["supported", "refused"]
    plain, _ = run("--file", tmp_path / name)
    assert plain.count("verdict: ") == 2


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("list.csv", b"id,said\n1,x\n", "name the one with the sentences"),
        ("list.txt", b"\n \n", "holds no sentence"),
        ("list.txt", b"\xff\xfe\x00", "no text in UTF-8"),
    ],
)
def test_a_file_without_sentences_ends_in_one_message(name, text, why, run, tmp_path):
    (tmp_path / name).write_bytes(text)
    said, code = run("--file", tmp_path / name)
    assert said == ""
    assert why in code


def test_neither_a_sentence_nor_a_file_or_both_ends_in_one_message(run, tmp_path):
    (tmp_path / "list.txt").write_text(SENTENCE, encoding="utf-8")
    for words in ((), (SENTENCE, "--file", tmp_path / "list.txt")):
        said, code = run(*words)
        assert said == ""
        assert "give one sentence in quotes" in code
