"""Data and Bokeh figures for the charts of one activity: reduced curves, projected route, axis limits, alt texts."""
