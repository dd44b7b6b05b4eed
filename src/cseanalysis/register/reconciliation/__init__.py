"""What published counts and shares say together: ends of every cell, and what contradicts what."""
