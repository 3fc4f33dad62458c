"""Which requests count as one access, and which never do."""

from __future__ import annotations

from datetime import timedelta

from tests.integration.application.post import MESSAGES, Post

ACCESS = "access.recorded"


async def test_ranges_of_one_document_within_ten_minutes_are_one_access(post: Post) -> None:
    message_id = await post.publish()
    before = await post.position()
    parts = [await post.content(message_id, Range=f"bytes={start}-{start + 9}") for start in (0, 10, 20)]
    assert [part.status_code for part in parts] == [206] * 3
    assert post.recorded(before, ACCESS) == 1
    assert post.topics(message_id) == ["message.published", "message.opened"]


async def test_ranges_after_the_whole_document_belong_to_that_access(post: Post) -> None:
    message_id = await post.publish()
    before = await post.position()
    await post.content(message_id)
    await post.content(message_id, Range="bytes=0-9")
    assert post.recorded(before, ACCESS) == 1


async def test_each_whole_document_is_an_access(post: Post) -> None:
    message_id = await post.publish()
    before = await post.position()
    for _ in range(2):
        await post.content(message_id)
    assert post.recorded(before, ACCESS) == 2


async def test_a_range_ten_minutes_later_is_another_access(post: Post) -> None:
    message_id = await post.publish()
    await post.content(message_id, Range="bytes=0-9")
    before = await post.position()
    token = post.ebox.tokens["an"]
    post.clock.advance(timedelta(minutes=4))
    await post.content(message_id, Range="bytes=0-9")
    assert post.recorded(before, ACCESS) == 0
    assert post.ebox.tokens["an"] == token


async def test_a_range_under_another_token_is_another_access(post: Post) -> None:
    message_id = await post.publish()
    await post.content(message_id, Range="bytes=0-9")
    await post.ebox.log_in()
    before = await post.position()
    await post.content(message_id, Range="bytes=0-9")
    assert post.recorded(before, ACCESS) == 1


async def test_a_description_is_no_release_that_ranges_could_belong_to(post: Post) -> None:
    message_id = await post.publish()
    [attachment] = post.events_of(message_id)[0].attachments  # type: ignore[attr-defined]
    path = f"{MESSAGES}/{message_id}/attachments/{attachment.id}/content"
    await post.ebox.http.head(path, headers=post.ebox.as_("an"))
    before = await post.position()
    await post.content(message_id, Range="bytes=0-9")
    assert post.recorded(before, ACCESS) == 1
    assert post.topics(message_id)[-1] == "message.opened"


async def test_an_unchanged_list_within_a_minute_is_one_access(post: Post) -> None:
    await post.publish()
    await post.inbox()
    before = await post.position()
    post.clock.advance(timedelta(seconds=59))
    await post.inbox()
    assert post.recorded(before, ACCESS) == 0
    post.clock.advance(timedelta(seconds=1))
    await post.inbox()
    assert post.recorded(before, ACCESS) == 1


async def test_a_list_that_shows_something_new_is_an_access(post: Post) -> None:
    await post.inbox()
    await post.publish()
    before = await post.position()
    await post.inbox()
    assert post.recorded(before, ACCESS) == 1


async def test_another_question_is_another_access(post: Post) -> None:
    await post.publish()
    await post.inbox()
    before = await post.position()
    answer = await post.ebox.http.get(MESSAGES, params={"readStatus": "false"}, headers=post.ebox.as_("an"))
    assert answer.status_code == 200
    assert post.recorded(before, ACCESS) == 1
