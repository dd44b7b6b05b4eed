"""What wrong classification does to tables and counts, and how far it can be undone."""
