"""The Message Registry's public description 2.1, over the use cases of version 3.

Existing clients of senders and portals come here with another base URL. What they send may hold more than is
described, which is ignored; what they get never does.
"""
