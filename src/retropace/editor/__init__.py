"""The annotation page: a local web server with which a runner labels stretches on charts and a map.

The page shows the charts of the report; annotations are saved in ``NAME.annotations.csv`` beside the recording.
"""
