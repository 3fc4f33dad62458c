"""What `ebox run` says once it serves: where everything is, who one can be, and what to try first."""

from __future__ import annotations

from application.demo.people import PEOPLE
from bootstrap.system import System

EXAMPLE = """\
curl {url}/messageRegistry/v3/ebox/messages \\
  -H "Authorization: Bearer $(.venv/bin/ebox dev token --as partner)" \\
  -F 'messageToPublish={{"recipient": {{"eboxType": "citizen", "ssin": "{number}"}},
      "subject": {{"en": "Your pension statement"}}, "messageTypeId": "PENSION_STATEMENT",
      "senderApplicationId": "demo.pensions", "isBodyMainContent": false,
      "attachments": [{{"httpPartName": "upfile1", "isMainContent": true}}]}};type=application/json' \\
  -F 'upfile1=@docs/example.pdf;type=application/pdf'"""


def welcome(system: System) -> str:
    """A screenful for whoever sits at the terminal."""
    url = system.settings.url
    lines = [f"eBox serves at {url}", f"  portal           {url}/login", f"  API description  {url}/docs"]
    lines.append(f"  audit log        {url}/audit/checkpoint  (README.md, Prove it: check it yourself)")
    if system.catches_mail:
        lines.append(f"  caught mail      {url}/demo/mail")
    if system.is_demo:
        lines += ["", "Demo people, to log in as or to publish to:"]
        lines += [f"  {person.number}  {person.label}" for person in PEOPLE]
        lines += [
            "",
            "Publish a PDF, in another terminal:",
            "",
            EXAMPLE.format(url=url, number=PEOPLE[0].number),
        ]
    return "\n".join([*lines, "", "Stop with Ctrl-C."])
