"""How a sentence is read: tables of words, numbers, periods, and all of it together."""
