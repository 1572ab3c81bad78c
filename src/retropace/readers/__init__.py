"""Read what a sports watch recorded: one file per format, chosen by content."""
