"""Data and Bokeh figures for the charts of one activity: thinned curves, projected route, axis limits, alt texts."""
