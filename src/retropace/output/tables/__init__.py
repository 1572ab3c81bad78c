"""What is told of activities as tables of text: built once, shown on a terminal, as Markdown or on a page."""
