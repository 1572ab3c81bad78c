"""What pictures of an activity show: its curves thinned, its way as lines. Data only; reports and exports draw it."""
