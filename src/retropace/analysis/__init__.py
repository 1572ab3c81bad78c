"""Analysis of one activity with its annotations, to labelled segments and totals; nothing here prints."""
