"""Chapter 6: which assumption moves which number."""
