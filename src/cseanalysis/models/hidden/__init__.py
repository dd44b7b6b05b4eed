"""How many are on no list: two lists, several lists, and how far the answer hangs on single cases."""
