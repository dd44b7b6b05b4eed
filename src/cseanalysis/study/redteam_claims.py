"""Bad analyses that mix events, questions, averages, words, chance or populations."""

from __future__ import annotations

from cseanalysis.study.attempts import (
    ANALYST,
    BLOG,
    CAMPAIGN,
    LOCAL,
    MINISTER,
    NEWS,
    OFFICIAL,
    Attempt,
    change,
    share_claim,
)
from cseanalysis.study.redteam_inputs import supposed

CLAIMS: tuple[Attempt, ...] = (
    # Time basis, stage and breaks.
    Attempt(
        "Lifetime prevalence with one year's records",
        CAMPAIGN,
        "Dividing a year's recorded offences by adults abused at any time: almost nothing is ever recorded.",
        "exaggerates",
        change("F114", "F008"),
    ),
    Attempt(
        "7.5% with 9.1%",
        NEWS,
        "Child sexual abuse rose by a fifth between two surveys.",
        "exaggerates",
        change("F113", "F128"),
    ),
    Attempt(
        "Across a break in the flag",
        LOCAL,
        "Exploitation in one region nearly tripled within a year.",
        "exaggerates",
        change("F403", "F402"),
    ),
    Attempt(
        "Non-recent offences of unknown forces",
        BLOG,
        "Non-recent offences doubled, so the rise of the decade is history and not abuse today.",
        "belittles",
        change("F491", "F492"),
    ),
    Attempt(
        "Charges within the year of recording",
        CAMPAIGN,
        "Dividing charges made by the end of the year by the year's records: hardly anybody is charged.",
        "exaggerates",
        change("F263", "F262"),
    ),
    Attempt(
        "The first-year charge rate of a young cohort",
        NEWS,
        "The newest cohort's share charged so far against the share of an older cohort: justice has collapsed.",
        "exaggerates",
        change("F264", "F122"),
    ),
    Attempt(
        "Arrests in the first twelve weeks",
        CAMPAIGN,
        "An early snapshot of arrests against outcomes at the end: most are never arrested.",
        "exaggerates",
        change("F029", "F122"),
    ),
    # Averages.
    Attempt(
        "Mean with median",
        ANALYST,
        "Adding an average to trial to a median to charge: the days from record to court.",
        "either way",
        change("F457", "F193"),
    ),
    Attempt(
        "All ages taken for children",
        NEWS,
        "Children's cases are charged faster than rape: an average of one source against a median of another.",
        "belittles",
        change("F149", "F189"),
    ),
    # Sources and their words.
    Attempt(
        "Requests to forces with recorded crime",
        CAMPAIGN,
        "Answers to a charity's requests against the national analysis: a rise by a third within a year.",
        "exaggerates",
        change("F490", "F008"),
    ),
    Attempt(
        "One number, two verbs",
        NEWS,
        "Cases identified for review, retold as cases re-opened.",
        "exaggerates",
        change("F363", "F039"),
    ),
    Attempt(
        "One number, two readings",
        NEWS,
        "Cases with an allegation of rape, retold as cases closed in error.",
        "exaggerates",
        change("F041", "F042"),
    ),
    Attempt(
        "Two shares for one thing",
        BLOG,
        "Group-based abuse fell from a twentieth of all to less, so it is going away.",
        "belittles",
        change("F006", "F105"),
    ),
    # Chance.
    Attempt(
        "717 to 761 as a rise",
        NEWS,
        "Exploitation offences rose by six per cent.",
        "exaggerates",
        change("F024", "F028"),
    ),
    Attempt(
        "4,228 to 4,450 as a rise",
        MINISTER,
        "Group-based offences rose by five per cent, and chance is ruled out.",
        "exaggerates",
        change("F022", "F027"),
    ),
    Attempt(
        "Fewer protection plans as success",
        LOCAL,
        "Fewer children began a plan for sexual abuse, so fewer are abused.",
        "belittles",
        change("F156", "F160"),
    ),
    Attempt(
        "Over a number to a number",
        CAMPAIGN,
        "From more than so many offences to an exact count: a rise by a third.",
        "exaggerates",
        change("F391", "F386"),
    ),
    # Composition of suspects: both directions.
    Attempt(
        "Not over-represented, on a third of records",
        OFFICIAL,
        "A share among suspects whose ethnicity is recorded is below the population's, so the group is not "
        "over-represented.",
        "belittles",
        share_claim("F100", supposed("F100", "9%"), "not over-represented"),
    ),
    Attempt(
        "Over-represented, on a third of records",
        CAMPAIGN,
        "The rest of the suspects would show it: the group is over-represented.",
        "exaggerates",
        share_claim("F100", supposed("F100", "9%"), "over-represented"),
    ),
    Attempt(
        "The largest group, on a third of records",
        BLOG,
        "Most suspects whose ethnicity is recorded are of one group, so the group is over-represented.",
        "either way",
        share_claim("F099", supposed("F099", "82%"), "over-represented"),
    ),
    Attempt(
        "Two groups, on a third of records",
        NEWS,
        "One group's share among the known against another's: so many times as many.",
        "either way",
        change("F100", "F101"),
    ),
    Attempt(
        "Two years of ethnicity recording",
        OFFICIAL,
        "The share of records with ethnicity in two years: recording got worse.",
        "either way",
        change("F102", "F030"),
    ),
    Attempt(
        "A local share as the national one",
        CAMPAIGN,
        "One force's share of suspects against the population of the country.",
        "exaggerates",
        share_claim("F106", supposed("F106", "9%"), "over-represented"),
    ),
    Attempt(
        "A local finding set aside by a national one",
        OFFICIAL,
        "The national share among the known is lower than the local one, so the local finding is wrong.",
        "belittles",
        change("F106", "F100"),
    ),
    Attempt(
        "A population of other ages",
        NEWS,
        "A force's share of suspects against a population whose ages are not stated.",
        "exaggerates",
        share_claim("F106", "F112", "over-represented"),
    ),
    Attempt(
        "From an area to a person",
        BLOG,
        "Dividing a group's share of suspects by its share of residents: so many times as likely to offend.",
        "exaggerates",
        change("F112", "F106"),
    ),
    Attempt(
        "One operation as the country",
        BLOG,
        "The people recorded in one operation show who the perpetrators are everywhere.",
        "exaggerates",
        share_claim("F478", supposed("F478", "2%"), "over-represented"),
    ),
    # Places.
    Attempt(
        "One force against another",
        LOCAL,
        "One force records three times what another does, so it has three times the abuse.",
        "exaggerates",
        change("F494", "F496"),
    ),
)
