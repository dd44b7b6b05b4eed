"""Chapter 2: from recorded to all, by routes that are never averaged."""
