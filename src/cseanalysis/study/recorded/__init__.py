"""Chapter 1: what was recorded, by offence and by force."""
