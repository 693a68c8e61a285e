"""What a log may not hold, though it is part of an address."""

import logging
import re

# Whoever has the link is let in, and operators' logs are read and kept by many.
_LINK = re.compile(r"(/invitations/|/password/reset/)[^/\s]+")


class WithoutLinks(logging.Filter):
    """Of a request that failed the path is logged: here without the secret of a link."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_LINK.sub(r"\1…", arg) if isinstance(arg, str) else arg for arg in record.args)
        return True
