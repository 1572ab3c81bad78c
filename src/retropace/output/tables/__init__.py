"""Text tables of an activity, an interval session or a season, built once for the terminal, Markdown and HTML pages."""
