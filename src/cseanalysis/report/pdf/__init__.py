"""From executed chapters to the printed products: brief, report and annexes, through pandoc and typst."""
