"""The annotation page: a local web server with which a runner labels stretches on charts and a map."""
