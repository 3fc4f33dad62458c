"""The manual. Python is here for the pages in `reference` that are made from the code."""
