"""What the service does because it heard: everything goes into the feed, and some of it becomes a notice, in one transaction."""

from collections.abc import Sequence

from services.notifications import store
from services.notifications.contract import Heard, agencies_in, notice_of, told
from services.notifications.domain.feed import is_told
from shared.messaging import Transaction


async def tell(transaction: Transaction, heard: Sequence[Heard]) -> None:
    """Append events to the feed and note whom to write to; repeating it changes nothing."""
    notices = [notice for notice in map(notice_of, heard) if notice is not None]
    await store.append_to_feed(transaction, [told(each) for each in heard if is_told(each.event.name)])
    await store.append_notices(transaction, notices)
    await store.keep_agencies(transaction, agencies_in(heard))
