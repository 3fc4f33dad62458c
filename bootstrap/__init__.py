"""The composition root: builds every object from the settings and runs the roles.

The only package that names a backend. `stores` is where things are kept, `use_cases` what can be asked for,
`identities` who is calling, `system` all of it together, `roles` what each `ebox` command does. Parts are
built when they are first asked for and closed in the reverse order, so that a role touches what it needs
and nothing else.
"""
