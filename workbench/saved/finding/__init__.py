"""What was asked, saved or verified before, found again."""
