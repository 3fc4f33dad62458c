"""What can be asked for, one file for each area: commands in, plain data out.

A use case decides through `domain.decisions`, appends events, and answers with plain data. It knows ports
(event store, documents, read models), never a backend and never HTTP.
"""
