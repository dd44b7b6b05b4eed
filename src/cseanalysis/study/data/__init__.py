"""What the chapters rest on: the checkout, its tables, assumptions, releases and code groups."""
