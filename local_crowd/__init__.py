"""The built-in crowd: answers the MTurk requester API and shows HITs to workers."""
