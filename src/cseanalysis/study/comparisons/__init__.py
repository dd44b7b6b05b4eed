"""Chapter 7: which published figures may be compared, and what follows from wrong ones."""
