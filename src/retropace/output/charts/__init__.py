"""Chart data and Bokeh figures of an activity: downsampled curves, its route on a plane, axis limits, alt texts."""
