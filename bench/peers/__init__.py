"""What we measure ourselves against: processes of their own, served as we are: uvicorn, uvloop, httptools."""
