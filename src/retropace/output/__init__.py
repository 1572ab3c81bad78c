"""Everything that leaves retropace as data: text tables, charts, files of other formats, and the HTML report.

Functions here return text or bytes; they neither print nor write files.
"""
