"""Draws that are the same for any number of workers, dependence between them, and what a simulation returns."""
