"""Sentences made by machine from the register, whose truth is known because it is how they were made."""

import random
from dataclasses import dataclass

from cseanalysis.register.figures import COUNTS
from cseanalysis.register.sentences import period_words

KINDS = {
    "as printed": 130,
    "rounded": 50,
    "wrong number": 60,
    "wrong unit": 40,
    "wrong period": 50,
    "wrong place": 40,
    "wrong class": 30,
}
OTHER_UNIT = {"offences": "children", "suspects": "victims", "victims": "suspects", "children": "offences"}
OTHER_PLACE = {"England and Wales": "Scotland", "United Kingdom": "France", "England": "Northern Ireland"}
CLASSES = (
    ("in the family", "in institutions"),
    ("child sexual exploitation", "images"),
    ("sexual abuse", "rape"),
    ("rape", "exploitation"),
    ("rapes", "image offences"),
    ("prosecuted", "acquitted"),
    ("convicted", "arrested"),
    ("charged", "cautioned"),
    ("image offences", "rapes"),
    ("Child sexual offences", "Child image offences"),
    ("Sexual offences", "Image offences"),
    ("live", "closed"),
    ("of children", "of adults"),
    ("boy", "girl"),
    ("girl", "boy"),
    ("Women", "Girls"),
    ("Men", "Boys"),
)


@dataclass(frozen=True)
class Made:
    kind: str
    figure: str
    sentence: str

    @property
    def true(self):
        return self.kind in ("as printed", "rounded")


def pool(tables):
    """Figures that can be put into a sentence: printed with a number, of known days and place."""
    return [
        one
        for name, one in sorted(tables.figures.items())
        if name not in tables.hidden and not one.withheld and one.unit != "none" and one.period_start is not None
        if one.qualifier in ("exact", "around", "more_than", "at_least") and one.geography != "unknown"
        if (one.low == one.high or one.high is None)
        and (one.unit in COUNTS or one.unit.startswith(("per_cent", "days_m")))
    ]


def when(figure):
    said = period_words(figure)
    if said.startswith("as at"):
        return said
    return f"in {said}" if len(said) < 8 else f"from {said}"


def where(figure):
    return f" in {figure.geography}" if figure.geography not in figure.statement else ""


def number_of(figure, value=None):
    """Write a number as the figure prints it, or another with its word and sign."""
    value = figure.low if value is None else value
    said = f"{value:,.10g}"
    if figure.unit.startswith("per_cent"):
        said += "%"
    word = {"around": "around ", "more_than": "more than ", "at_least": "at least "}.get(figure.qualifier, "")
    return word + said


def unit_of(figure):
    names = {f"people_{what}": f"people {what}" for what in ("convicted", "arrested", "charged")}
    names |= {"days_median": "days", "days_mean": "days", "people_sentenced": "people jailed"}
    return names.get(figure.unit, "" if figure.unit.startswith("per_cent") else figure.unit.replace("_", " "))


def sentence(figure, form, *, number=None, unit=None, period=None, place=None, statement=None):
    number = number_of(figure) if number is None else number
    unit = unit_of(figure) if unit is None else unit
    period = when(figure) if period is None else period
    place = where(figure) if place is None else place
    statement = figure.statement if statement is None else statement
    counted = f"{number} {unit}".strip()
    lowered = statement if statement[1:2].isupper() else statement[0].lower() + statement[1:]
    if figure.unit.startswith(("per_cent", "days")):
        forms = (
            f"{statement}{place} {period}: {counted}.",
            f"The {lowered}{place} was {counted} {period}.",
            f"Official figures show that the {lowered}{place} stood at {counted} {period}.",
        )
    else:
        forms = (
            f"{statement}{place} {period}: {counted}.",
            f"There were {counted} {period}{place} ({lowered}).",
            f"The number of {lowered}{place} {period} was {counted}.",
        )
    return forms[form % len(forms)]


def shifted(figure):
    """Return other days, of the same length, in words."""
    start, end = figure.period_start, figure.period_end
    if figure.period_type == "calendar_year":
        return f"in {start.year - 3}"
    if figure.period_type == "financial_year":
        return f"in {start.year - 3}/{(end.year - 3) % 100:02d}"
    return when(figure).replace(str(end.year), str(end.year + 2)).replace(str(start.year), str(start.year + 2))


def rounded(figure):
    digits = len(f"{figure.low:.0f}")
    value = round(figure.low, -(digits - 2))
    return f"about {value:,.0f}" if value != figure.low else f"roughly {figure.low:,.0f}"


def _rounded(figure, form):
    fits = figure.qualifier == "exact" and figure.low >= 1000 and figure.unit in COUNTS
    return sentence(figure, form, number=rounded(figure)) if fits else None


def _wrong_number(figure, form):
    if figure.low < 10 or figure.qualifier in ("more_than", "at_least"):
        return None
    up = figure.unit in COUNTS or figure.low < 60
    return sentence(figure, form, number=number_of(figure, round(figure.low * (1.37 if up else 0.6))))


def _wrong_unit(figure, form):
    other = OTHER_UNIT.get(figure.unit) if figure.qualifier == "exact" else None
    return sentence(figure, form, unit=other) if other else None


def _wrong_period(figure, form):
    return sentence(figure, form, period=shifted(figure)) if figure.low >= 10 else None


def _wrong_place(figure, form):
    other = OTHER_PLACE.get(figure.geography, "Cornwall")
    statement = figure.statement.replace(figure.geography, other)
    return sentence(figure, form, place="" if other in statement else f" in {other}", statement=statement)


def _wrong_class(figure, form):
    said = next(((this, other) for this, other in CLASSES if this in figure.statement), None)
    return sentence(figure, form, statement=figure.statement.replace(*said)) if said else None


WAYS = {
    "as printed": sentence,
    "rounded": _rounded,
    "wrong number": _wrong_number,
    "wrong unit": _wrong_unit,
    "wrong period": _wrong_period,
    "wrong place": _wrong_place,
    "wrong class": _wrong_class,
}


def made(tables, seed=20261130):
    """Return the sentences, as many of each kind as is said above."""
    draw = random.Random(seed)
    figures = pool(tables)
    found = []
    for kind, count in KINDS.items():
        order = figures[:]
        draw.shuffle(order)
        several = ((figure, WAYS[kind](figure, form % 3)) for form, figure in enumerate(order))
        found += [Made(kind, figure.id, text) for figure, text in several if text][:count]
    return found
