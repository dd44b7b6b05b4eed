"""All chapters: how far the evidence has been read, how recent it is, and what was not found in it."""
