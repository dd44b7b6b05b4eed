"""Numbers, qualifiers and periods are read as they are meant, and words with two senses by what stands beside them."""

from datetime import date

import pytest

from cseanalysis.register.claims.grammar.periods import read_periods
from cseanalysis.register.claims.grammar.reading import read


def numbers(sentence):
    return [(round(one.value, 3), one.unit, one.qualifier) for one in read(sentence).numbers]


@pytest.mark.parametrize(
    ("text", "value", "unit", "qualifier"),
    [
        ("4,228 offences", 4228, "", "exact"),
        ("more than 4,000 offences", 4000, "", "more_than"),
        ("at least a thousand arrests", 1000, "", "at_least"),
        ("nearly 90,000 offences", 90000, "", "nearly"),
        ("just over 6,000 offences", 6000, "", "just_over"),
        ("some 300 suspects", 300, "", "around"),
        ("4.3 million adults", 4.3e6, "", "exact"),
        ("a quarter of a million girls", 250000, "", "exact"),
        ("half a million children", 500000, "", "exact"),
        ("two hundred and fifty thousand girls", 250000, "", "exact"),
        ("83% of suspects", 83, "per_cent", "exact"),
        ("9.1 per cent of adults", 9.1, "per_cent", "exact"),
        ("two thirds of suspects", 66.667, "per_cent", "exact"),
        ("fewer than one in four suspects", 25, "per_cent", "less_than"),
        ("nine out of ten victims", 90, "per_cent", "exact"),
        ("nearly one adult in ten", 10, "per_cent", "nearly"),
        ("£10 million", 1e7, "pounds", "exact"),
        ("eight and a half million adults", 8.5e6, "", "exact"),
        ("2 and a half million adults", 2.5e6, "", "exact"),
        ("four in every hundred offences", 4, "per_cent", "exact"),
        ("as many as 450,000 children", 450000, "", "up_to"),
        ("no more than 300 arrests", 300, "", "at_most"),
        ("no fewer than 44 forces", 44, "", "at_least"),
        ("just over a quarter - 26% - of offences", 26, "per_cent", "exact"),
        ("nearly half (48%) of suspects", 48, "per_cent", "exact"),
    ],
)
def test_a_number_is_read_with_its_unit_and_its_word(text, value, unit, qualifier):
    assert numbers(text) == [(value, unit, qualifier)]


@pytest.mark.parametrize("text", ["in a quarter", "one in 2019", "one in every 0", "a girl", "the third"])
def test_what_is_no_share_is_read_as_none(text):
    assert not [one for one in read(text).numbers if one.unit == "per_cent"]


def test_two_numbers_that_do_not_agree_are_two():
    assert len(numbers("nearly half (38%) of suspects")) == 2
    assert len(numbers("more than half (48%) of suspects")) == 2


def test_a_range_and_a_change_are_two_things():
    (between,) = read("between 550,000 and 850,000 people").numbers
    assert (between.value, between.high) == (550000, 850000)
    (between,) = read("550,000 to 850,000 people").numbers
    assert (between.value, between.high) == (550000, 850000)
    assert numbers("rose from 550 to 597") == [(550, "", "exact"), (597, "", "exact")]


@pytest.mark.parametrize(
    ("text", "start", "end", "kind"),
    [
        ("in 2023", date(2023, 1, 1), date(2023, 12, 31), "year"),
        ("in 2016/17", date(2016, 4, 1), date(2017, 3, 31), "financial"),
        ("2016-17", date(2016, 4, 1), date(2017, 3, 31), "financial"),
        ("in the year to March 2024", date(2023, 4, 1), date(2024, 3, 31), "financial"),
        ("between 1997 and 2013", date(1997, 1, 1), date(2013, 12, 31), "years"),
        ("between April and December 2024", date(2024, 4, 1), date(2024, 12, 31), "range"),
        ("from April 2023 to March 2024", date(2023, 4, 1), date(2024, 3, 31), "range"),
        ("on 31 March 2025", date(2025, 3, 31), date(2025, 3, 31), "day"),
        ("at the end of June 2017", date(2017, 6, 30), date(2017, 6, 30), "day"),
        ("in June 2025", date(2025, 6, 1), date(2025, 6, 30), "month"),
        ("in the third quarter of 2024", date(2024, 7, 1), date(2024, 9, 30), "range"),
        ("in the first nine months of 2024", date(2024, 1, 1), date(2024, 9, 30), "range"),
        ("since April 2023", date(2023, 4, 1), None, "since"),
        ("since 2017/18", date(2017, 4, 1), None, "since"),
        ("in the whole of 2024", date(2024, 1, 1), date(2024, 12, 31), "year"),
        ("over the two years to March 2014", date(2012, 4, 1), date(2014, 3, 31), "range"),
        ("in the two years from April 2012 to March 2014", date(2012, 4, 1), date(2014, 3, 31), "range"),
        ("in the six months to September 2024", date(2024, 4, 1), date(2024, 9, 30), "range"),
        ("between the start of 2014 and the end of June 2019", date(2014, 1, 1), date(2019, 6, 30), "range"),
        ("from January 2014 to 9 August 2017", date(2014, 1, 1), date(2017, 8, 9), "range"),
        ("from April 2015 to the end of 2017", date(2015, 4, 1), date(2017, 12, 31), "range"),
        ("last year", None, None, "unclear"),
        ("in ten years", None, None, "unclear"),
    ],
)
def test_a_period_is_read_to_the_day(text, start, end, kind):
    (found,) = read_periods(text)
    assert (found.start, found.end, found.kind) == (start, end, kind)


@pytest.mark.parametrize("text", ["2,023 offences", "31 February 2023 x", "2023% of", "120234"])
def test_what_is_no_period_is_not_taken_for_days(text):
    assert [one for one in read_periods(text) if one.kind == "day"] == []


def test_what_is_counted_is_the_noun_after_the_number_and_not_the_next_best():
    reading = read("In 2023 police recorded 4,228 child sexual abuse offences against victims.")
    assert reading.units_of(reading.numbers[0]) == {"offences"}
    reading = read("Arrests rose to 597.")
    assert reading.units_of(reading.numbers[0]) == {"arrests"}


def test_what_nothing_accounts_for_is_named():
    assert read("4,228 flurbs were gronked", vocabulary=frozenset()).unknown == ("flurbs", "gronked")
