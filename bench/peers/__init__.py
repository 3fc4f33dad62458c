"""What we measure ourselves against: each a process of its own, served as we are (uvicorn, uvloop, httptools)."""
