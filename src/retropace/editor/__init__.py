"""The page on which annotations are made: charts and map in the browser, the sidecar on disk, retropace between them.

The charts are those of the report, and drags, keys and undo a small page of our own over them, not a Bokeh server with
its editable boxes: these live in a single figure, know neither change points nor each other, and send every move
through the server, where a mark should follow the pointer at once, over all charts, and be written when it is let go.
"""
