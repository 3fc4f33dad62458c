"""A transparency log's tree, tiles, notes and proofs, as RFC 6962 and the C2SP specifications define them.

Nothing here knows eBox, or where a log's files lie: the callers read and write them. So other people's
verifiers accept what is made here, and this checks what they make.
"""
