"""Amazon's wire: AWS JSON 1.1 in and out, driven by botocore's model of the service."""
