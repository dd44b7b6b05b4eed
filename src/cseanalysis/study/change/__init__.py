"""Chapter 5: whether anything changed, and whether it could be seen."""
