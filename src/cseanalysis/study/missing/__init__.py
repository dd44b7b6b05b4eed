"""Chapter 3: what the records do not say."""
