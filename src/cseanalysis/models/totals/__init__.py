"""From recorded to all: reporting probabilities, chains of them, and surveys."""
