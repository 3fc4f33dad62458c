"""A witness: somebody else who saw the log grow, and says so (C2SP tlog-witness).

A log can sign two histories; it cannot make a witness cosign both, because the witness remembers the largest
tree that it has seen of each log and cosigns nothing that does not contain it. Whoever runs one needs nothing
of an installation of eBox: `service` is a small server with a key, a file that remembers, and the public keys
of the logs it watches. `client` is the other side, which asks witnesses on behalf of a log.
"""
