"""The series of releases that the study keeps, each described once."""
