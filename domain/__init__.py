"""What happened and what may happen: values, aggregates, their events, rules and the decision function.

Nothing here knows a framework, a database or the network: the `eventsourcing` library and the standard
library are all it imports, so that every rule can be read and tested alone.
"""
