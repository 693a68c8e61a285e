"""Questions that are kept: saved with parameters, found again, pinned to boards, watched."""
