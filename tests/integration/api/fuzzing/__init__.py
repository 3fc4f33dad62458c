"""Requests made up from the API's own description; what is answered is held against that description."""
