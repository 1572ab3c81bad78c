"""Options that several commands share, their parameter types and defaults. Nothing here reads a recording."""
