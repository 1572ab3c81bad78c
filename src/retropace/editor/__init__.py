"""The annotation page: a local web server with which a runner labels stretches on charts and a map.

The page shows the charts of the report and handles dragging, keys and undo itself. A Bokeh server with editable boxes
was rejected: such boxes belong to a single figure, cannot snap to change points, and send every pointer move through
the server. Annotations are saved in the recording's sidecar, the file ``NAME.annotations.csv`` beside it.
"""
