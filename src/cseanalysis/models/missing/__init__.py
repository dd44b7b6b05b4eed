"""What records that do not say could hide: bounds, confidence limits and assumptions by degrees."""
