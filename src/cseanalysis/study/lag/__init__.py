"""Chapter 4: how long a case takes, and what is not visible yet."""
