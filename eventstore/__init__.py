"""How events are kept: the mapper with its personal fields, the parties' keys, the recorders, the writer,
the follower.
"""
