"""Was the person told, in words they read, and can that be shown?"""

from riik.inbox.component import Inbox
from riik.inbox.errors import NoticeRefused
from riik.inbox.model import Notice, Text

__all__ = ["Inbox", "Notice", "NoticeRefused", "Text"]
