"""How long it takes: delays from published quantiles, under right truncation and right censoring."""
