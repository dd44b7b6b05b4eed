"""How cleaning runs on each kind of frame: lookups made once, then eager columns or one lazy query."""
