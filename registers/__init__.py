"""Where the registers of persons and enterprises are asked: the adapters of `domain.register.PartyRegister`.

`accept_all` takes every valid number for an existing one, `extract` reads a CSV extract, `over_http` asks a
service. `address` says which one a setting means. Numbers are never in a URL, a log or an exception's text.
"""
