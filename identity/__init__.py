"""Who is calling: the authorization server, its keys and clients, and the check of access tokens.

No HTTP framework and no configuration in here; `api/authorization.py` and `web/login.py` speak HTTP for it.
"""
