"""What eBox tells its operators about itself: meters, spans, and the ids that tie log lines together.

Every layer but the domain may import it, and it imports none of ours. Without personal data by construction:
labels and attributes are route templates, states, kinds, codes, counts and opaque ids, never what somebody
sent, wrote or searched for.
"""
