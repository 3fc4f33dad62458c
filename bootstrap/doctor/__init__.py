"""`ebox doctor`: looks at everything that eBox depends on, and says what to do where something is wrong.

It changes nothing: no table, no event, no file. What it must try for real (an object, a sender address) it
takes back at once.
"""
