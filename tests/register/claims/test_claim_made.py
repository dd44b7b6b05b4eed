"""Of 400 sentences made by machine from the register, none that is false is supported, and most that are true are."""

from collections import Counter

import pytest
from made_claims import KINDS, made

from cseanalysis.register import claims


@pytest.fixture(scope="module")
def answered(tables):
    sentences = made(tables)
    return list(zip(sentences, claims.check_all([one.sentence for one in sentences], tables), strict=True))


def test_there_are_four_hundred_and_of_every_kind_as_many_as_said(answered):
    assert Counter(one.kind for one, _ in answered) == KINDS
    assert len(answered) == 400


def test_no_false_sentence_is_supported_not_even_with_a_correction(answered):
    wrong = [(one, verdict.word) for one, verdict in answered if not one.true and verdict.word.startswith("supported")]
    assert wrong == []


def test_at_least_seven_in_ten_of_the_true_ones_are_supported(answered):
    words = Counter(verdict.word for one, verdict in answered if one.true)
    assert words["supported"] >= 0.7 * sum(words.values()), words
