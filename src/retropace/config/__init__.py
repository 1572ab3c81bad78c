"""The user's config file: reading and editing it, and what it defines (privacy zones, goals). Nothing here prints."""
