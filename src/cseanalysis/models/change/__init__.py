"""Whether a series changed: level and slope at a date, placebo dates, what could be seen at all."""
