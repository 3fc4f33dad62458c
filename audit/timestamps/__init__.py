"""A timestamp authority's word on checkpoints (RFC 3161), once a day: this tree was there at that time.

Witnesses say what they saw themselves; an authority says it of whatever it is shown, under certificates that
courts know. What is stamped is a checkpoint's text (origin, size, root) without signatures, so that whoever
has the leaves can make it again.

In the log's files, `timestamps/<size>` is the authority's answer for the tree of that size, and
`timestamps/index` lists the sizes, one a line.
"""
