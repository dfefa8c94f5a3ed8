"""The API's protocol: AWS JSON 1.1, signed requests, checked by botocore's model of the service."""
