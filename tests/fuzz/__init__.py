"""Random damage in large numbers."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported: threads cost more than such small work
