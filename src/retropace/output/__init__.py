"""Text tables, charts, exported files and HTML reports as text or bytes; nothing here prints or writes files."""
