from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid
from audit.tlog.cosignatures import CosignerKey, cosign
from audit.tlog.notes import Note, Signature, SignerKey, sign_note
from audit.tlog.policies import Policy, PolicyMalformed
from tests.unit.audit.tlog.vectors import ARCHE, ARCHE_KEY, LITTLE_GARDEN, NAVIGLI, REMORA, SMARTIT

AT = datetime(2026, 5, 23, 21, 50, 24, tzinfo=UTC)
LOG = SignerKey.generate("log.example")
WITNESSES = {name: CosignerKey.generate(f"{name}.example") for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")}
TEXT = Checkpoint("log.example", 7, bytes(32)).text
LINES = [f"witness {name} {key.verifier.text}" for name, key in WITNESSES.items()]
# The shape of the example of tlog-policy
EXAMPLE = "\n".join(
    [
        f"log {LOG.verifier.text}",
        "",
        *LINES[:3],
        "group X-witnesses 2 X1 X2 X3",
        *LINES[3:],
        "group Y-witnesses any Y1 Y2 Y3",
        "",
        "group X-and-Y all X-witnesses Y-witnesses",
        "quorum X-and-Y",
        "",
    ]
)


def cosigned(*names: str, at: datetime = AT) -> bytes:
    cosignatures = [cosign(WITNESSES[name], TEXT, at) for name in names]
    return sign_note(TEXT, LOG).with_signatures(cosignatures).encode()


@pytest.mark.parametrize(
    ("names", "is_satisfied"),
    [
        ("", False),
        ("X1 X2", False),
        ("X1 Y1", False),
        ("Y1 Y2 Y3", False),
        ("X1 X2 X3", False),
        ("X1 X1 Y1", False),
        ("X1 X2 Y3", True),
        ("X2 X3 Y1 Y2", True),
        ("X1 X2 X3 Y1 Y2 Y3", True),
    ],
)
def test_the_specifications_example_wants_two_of_x_and_one_of_y(names: str, is_satisfied: bool) -> None:
    judgement = Policy.parse(EXAMPLE).judge(cosigned(*names.split()))
    assert judgement.is_satisfied is is_satisfied
    assert set(judgement.cosigned_by) == set(names.split())


def test_real_witnesses_satisfy_a_policy_about_a_real_log() -> None:
    policy = Policy.parse(
        f"log {ARCHE_KEY}\nwitness a {REMORA}\nwitness b {LITTLE_GARDEN}\nwitness c {SMARTIT}\n"
        f"witness d {NAVIGLI}\ngroup three 3 a b c d\nquorum three\n"
    )
    judgement = policy.judge(ARCHE)
    assert judgement.is_satisfied
    assert judgement.cosigned_by == dict.fromkeys("abc", AT)
    assert judgement.latest == AT
    assert judgement.checkpoint.size == 1_432_088_532


def test_a_policy_tells_its_logs_and_witnesses() -> None:
    policy = Policy.parse(
        f"log {LOG.verifier.text} https://log.example/\n"
        f"witness w {WITNESSES['X1'].verifier.text} https://x1.example/\nquorum w\n"
    )
    assert [(log.vkey, log.url) for log in policy.logs] == [(LOG.verifier, "https://log.example/")]
    assert [(each.name, each.vkey, each.url) for each in policy.witnesses] == [
        ("w", WITNESSES["X1"].verifier, "https://x1.example/")
    ]
    assert policy.judge(cosigned("X1")).is_satisfied
    assert not policy.judge(cosigned("X2")).is_satisfied


def test_without_a_quorum_the_logs_signature_is_enough() -> None:
    judgement = Policy.parse(f"log {LOG.verifier.text}\nquorum none\n").judge(cosigned())
    assert judgement.is_satisfied
    assert judgement.latest is None


def test_a_checkpoint_that_no_log_of_the_policy_signed_is_invalid() -> None:
    stranger = SignerKey.generate("log.example")
    with pytest.raises(CheckpointInvalid, match="no known key"):
        Policy.parse(f"log {stranger.verifier.text}\nquorum none\n").judge(cosigned("X1"))


def test_a_policy_without_logs_judges_the_cosignatures() -> None:
    policy = Policy.parse(f"{LINES[0]}\nquorum X1\n")
    assert policy.judge(cosigned("X1")).is_satisfied
    assert not policy.judge(cosigned()).is_satisfied
    for note in (b"", b"no\ncheckpoint\n\n"):
        with pytest.raises(CheckpointInvalid):
            policy.judge(note)


def test_a_bad_cosignature_of_a_known_witness_spoils_the_checkpoint() -> None:
    good = cosign(WITNESSES["X1"], TEXT, AT)
    bad = Signature(good.name, good.key_id, good.value[:8] + bytes(64))
    for signatures in ([bad], [good, bad]):
        note = sign_note(TEXT, LOG).with_signatures(signatures).encode()
        with pytest.raises(CheckpointInvalid, match=r"X1\.example is not good"):
            Policy.parse(EXAMPLE).judge(note)
        assert Policy.parse(f"log {LOG.verifier.text}\nquorum none\n").judge(note).is_satisfied


def test_a_witness_that_cosigned_twice_counts_once_and_for_its_later_time() -> None:
    later = AT + timedelta(hours=1)
    note = Note.parse(cosigned("X1")).with_signatures([cosign(WITNESSES["X1"], TEXT, later)])
    judgement = Policy.parse(EXAMPLE).judge(note.encode())
    assert judgement.cosigned_by == {"X1": later}
    assert not judgement.is_satisfied


def test_spaces_tabs_comments_and_names_of_any_script_are_taken() -> None:
    vkey = WITNESSES["X1"].verifier.text
    policy = Policy.parse(
        f"# Zeugen \u00e4\n\t # more\n \t witness\t\u212a \t {vkey} \t\n   \nquorum \u212a".encode()
    )
    assert [each.vkey for each in policy.witnesses] == [WITNESSES["X1"].verifier]
    octets = b"witness \xff\xa0 " + vkey.encode() + b"\nquorum \xff\xa0\n"
    assert Policy.parse(octets).judge(cosigned("X1")).is_satisfied
    with pytest.raises(PolicyMalformed):
        Policy.parse(octets.replace(b"quorum \xff", b"quorum \xfe"))
    with pytest.raises(PolicyMalformed):
        Policy.parse(f"witness K {vkey}\nquorum \u212a\n")


X1, X2 = LINES[:2]


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        ("", "which quorum"),
        (X1, "which quorum"),
        ("quorum none\nquorum none\n", "line 2"),
        ("quorum X1\n", "not defined above"),
        (f"quorum X1\n{X1}\n", "not defined above"),
        ("quorum\n", "line defines"),
        ("quorum none extra\n", "line defines"),
        ("Quorum none\n", "line defines"),
        (f"{X1}\n{X1}\nquorum none\n", "key is there"),
        (f"{X1}\n{X1.replace('X1 ', 'X9 ')}\nquorum none\n", "key is there"),
        (f"{X1}\n{X2.replace('X2 ', 'X1 ', 1)}\nquorum none\n", "name is taken"),
        (f"{X1.replace('X1 ', 'none ', 1)}\nquorum none\n", "name is taken"),
        (f"{X1}\ngroup X1 any X1\nquorum none\n", "name is taken"),
        (f"{X1}\ngroup none any X1\nquorum none\n", "name is taken"),
        (f"{X1}\ngroup g any g\nquorum none\n", "not defined above"),
        (f"{X1}\ngroup g any none\nquorum none\n", "not defined above"),
        (f"{X1}\ngroup g any X1 X1\nquorum none\n", "only once"),
        (f"{X1}\ngroup g any X1\ngroup h any X1\nquorum none\n", "only once"),
        (f"{X1}\ngroup g any\nquorum none\n", "line defines"),
        (f"{X1}\ngroup g 0 X1\nquorum none\n", "number of its members"),
        (f"{X1}\ngroup g 2 X1\nquorum none\n", "number of its members"),
        (f"{X1}\ngroup g 01 X1\nquorum none\n", "number of its members"),
        (f"{X1}\ngroup g -1 X1\nquorum none\n", "number of its members"),
        (f"{X1}\ngroup g ANY X1\nquorum none\n", "number of its members"),
        (f"{X1} url more\nquorum none\n", "line defines"),
        ("witness w\nquorum none\n", "line defines"),
        ("witness w log.example+00000000+AAAA\nquorum none\n", "line 1"),
        (f"witness w {LOG.verifier.text}\nquorum none\n", "signature type"),
        (f"log {WITNESSES['X1'].verifier.text}\nquorum none\n", "signature type"),
        (f"log {LOG.verifier.text}\nlog {LOG.verifier.text}\nquorum none\n", "key is there"),
        (f"log {LOG.verifier.text} url more\nquorum none\n", "line defines"),
        ("quorum none\r\n", "control"),
        ("quorum\x0bnone\n", "control"),
        ("quorum none\x7f\n", "control"),
        ("quorum\u00a0none\n", "line defines"),
        ("#" + "x" * 300_000 + "\nquorum none\n", "not taken"),
    ],
)
def test_nothing_else_is_a_policy(policy: str, why: str) -> None:
    with pytest.raises(PolicyMalformed, match=why):
        Policy.parse(policy)


def test_one_key_under_two_names_is_one_log() -> None:
    other = SignerKey.parse(LOG.text)
    other_name = type(LOG.verifier)("other.example", other.public)
    with pytest.raises(PolicyMalformed, match="line 2: this key is there already"):
        Policy.parse(f"log {LOG.verifier.text}\nlog {other_name.text}\nquorum none\n")


def test_as_many_witnesses_and_groups_as_the_specification_hopes_for_are_taken() -> None:
    keys = [CosignerKey.generate(f"w{number}.example") for number in range(32)]
    lines = [f"witness w{number} {key.verifier.text}" for number, key in enumerate(keys)]
    groups = [f"group g{number} all w{number}" for number in range(31)]
    names = " ".join(f"g{number}" for number in range(31))
    policy = Policy.parse(
        "\n".join([*lines, *groups, f"group all-of-them all {names}", "quorum all-of-them\n"])
    )
    note = sign_note(TEXT, LOG)
    assert policy.judge(note.with_signatures([cosign(key, TEXT, AT) for key in keys]).encode()).is_satisfied
    assert not policy.judge(
        note.with_signatures([cosign(key, TEXT, AT) for key in keys[1:]]).encode()
    ).is_satisfied
