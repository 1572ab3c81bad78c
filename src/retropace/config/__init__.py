"""The user's config file: reading, editing, and what it defines (privacy zones, goals); prints nothing."""
