"""The operations that a crowd of ours has beside Amazon's, in botocore's format.

botocore merges `service-2.sdk-extras.json` into Amazon's description of the service wherever the
folder PATH is one of a loader's search paths.
"""

from pathlib import Path

PATH = Path(__file__).resolve().parent
