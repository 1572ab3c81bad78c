"""The pipeline from one activity and its annotations to labelled segments and totals; it prints nothing."""
