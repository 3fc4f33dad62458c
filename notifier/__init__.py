"""Who is told that something awaits, when and how: policy, outbox, rendering, SMTP, retries."""
