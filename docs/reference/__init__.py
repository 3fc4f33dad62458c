"""The reference: made from the code by `generate.py`."""
