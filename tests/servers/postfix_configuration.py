"""The `main.cf` and `master.cf` of a private mail server that delivers one domain's mail, and no other."""

from __future__ import annotations

import pwd
from pathlib import Path

from tests.servers.ports import LOOPBACK

DOMAIN = "example.test"
BOUNCE_DOMAIN = "bounces.test"
SLOW_DOMAIN = "slow.test"
SYSTEM_USER = "postfix"
PROGRAMS = Path("/usr/lib/postfix/sbin")

# What begins with `unknown` finds no line here, and so is refused as no such mailbox: 550 (RFC 5321, 4.2.3)
RECIPIENTS = f"""if !/^unknown/
/^[^@]+@{DOMAIN.replace(".", "[.]")}$/ inbox/
endif
"""


def main_cf(directory: Path, bounce_port: int) -> str:
    """The settings of a mail system that lies in `directory` whole."""
    account = pwd.getpwnam(SYSTEM_USER)
    settings = {
        "compatibility_level": "3.6",
        "queue_directory": directory / "queue",
        "data_directory": directory / "data",
        "command_directory": "/usr/sbin",
        "daemon_directory": PROGRAMS,
        "mail_owner": SYSTEM_USER,
        "setgid_group": "postdrop",
        "maillog_file": directory / "mail.log",
        "maillog_file_prefixes": directory,
        "myhostname": f"mail.{DOMAIN}",
        "inet_interfaces": LOOPBACK,
        "inet_protocols": "ipv4",
        "smtputf8_enable": "yes",
        "message_size_limit": 1024 * 1024,
        # Mail for the test domain goes into one Maildir
        "mydestination": "",
        "virtual_mailbox_domains": DOMAIN,
        "virtual_mailbox_maps": f"regexp:{directory / 'configuration' / 'recipients'}",
        "virtual_mailbox_base": directory / "mail",
        "virtual_minimum_uid": 1,
        "virtual_uid_maps": f"static:{account.pw_uid}",
        "virtual_gid_maps": f"static:{account.pw_gid}",
        # What comes back goes to whoever listens for it; nobody answers for one domain, which is told soon
        "transport_maps": f"inline:{{ {{{BOUNCE_DOMAIN}=smtp:[{LOOPBACK}]:{bounce_port}}},"
        f" {{{SLOW_DOMAIN}=smtp:[{LOOPBACK}]:1}} }}",
        "relay_domains": SLOW_DOMAIN,
        "delay_warning_time": "1s",
        "maximal_queue_lifetime": "60s",
        "bounce_queue_lifetime": "60s",
        "fast_flush_domains": "",
        "queue_run_delay": "1s",
        "minimal_backoff_time": "1s",
        "maximal_backoff_time": "2s",
        # Nothing goes anywhere else
        "mynetworks": "",
        "smtpd_relay_restrictions": "reject_unauth_destination",
        "default_transport": "error:5.7.1 this server relays nowhere",
        "alias_maps": "",
        "alias_database": "",
        # A benchmark may send as fast as it can
        "smtpd_client_connection_count_limit": 0,
        "smtpd_peername_lookup": "no",
    }
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def master_cf(port: int, late_port: int) -> str:
    """The services of the mail system: name, type, private, unprivileged, chroot, wakeup, limit, program."""
    services = (
        f"{LOOPBACK}:{port} inet n - n - - smtpd",
        f"{LOOPBACK}:{late_port} inet n - n - - smtpd -o smtpd_reject_unlisted_recipient=no",
        "smtp unix - - n - - smtp",
        "cleanup unix n - n - 0 cleanup",
        "qmgr unix n - n 300 1 qmgr",
        "rewrite unix - - n - - trivial-rewrite",
        "bounce unix - - n - 0 bounce",
        "defer unix - - n - 0 bounce",
        "trace unix - - n - 0 bounce",
        "proxymap unix - - n - - proxymap",
        "error unix - - n - - error",
        "retry unix - - n - - error",
        "virtual unix - n n - - virtual",
        "anvil unix - - n - 1 anvil",
        "postlog unix-dgram n - n - 1 postlogd",
    )
    return "\n".join([*services, ""])
