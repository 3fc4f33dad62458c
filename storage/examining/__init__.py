"""What the worker process of an inspection does with an upload: one file for each way of checking.

It holds nothing but what the process needs, which imports no other part of eBox than this (and the words for
refusals). Every check is given a descriptor that can only be read, and answers or refuses.
"""
