"""Every operation, as a boto3 client and a worker see it."""
