"""The verifiable access history: one leaf for each event, a tree over them, and what proves both.

`tlog` knows transparency logs and nothing of eBox. `leaf` says what of an event is a leaf. `sequencer` makes
leaves and publishes the log, `verifier` checks all of it from outside, `witness` vouches for it to others.
"""
