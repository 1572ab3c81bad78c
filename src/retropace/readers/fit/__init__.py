"""The FIT reader: bulk decoding of records with NumPy, every other message through fitdecode."""
