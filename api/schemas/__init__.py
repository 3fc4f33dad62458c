"""What requests and answers look like: their checks, and their part of the API's description."""
