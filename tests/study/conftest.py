"""What several rooms' tests begin with: a study without figures, in which a table of judgements can be written."""

import pytest


@pytest.fixture
def empty_study(tmp_path):
    (tmp_path / "assumptions.toml").write_text("")
    for folder in ("raw", "judgement"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    (tmp_path / "data" / "raw" / "sources.toml").write_text("")
    return tmp_path
