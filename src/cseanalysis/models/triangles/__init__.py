"""Development triangles: link ratios, outstanding cases, nowcasts and competing exits."""
