"""A force-level extract, made comparable with the published tables: any data frame in, the same kind out."""

from typing import Any

from cseanalysis.clean import harmonise_forces, harmonise_offences, harmonise_periods, parse_counts


def clean_extract(extract: Any) -> Any:
    """Add what the force, the offence code, the period and the count mean; no row is lost or changed.

    Parameters
    ----------
    extract
        A pandas or Polars frame with the columns ``police_force``, ``year``, ``quarter``, ``code`` and ``offences``,
        all read as text: as a number, code 4.10 would be 4.1.
    """
    table = harmonise_forces(extract, force="police_force")
    table = harmonise_offences(table, code="code", period="year", quarter="quarter")
    table = harmonise_periods(table, period="year", quarter="quarter")
    return parse_counts(table, column="offences")
