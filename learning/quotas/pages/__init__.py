"""Where usage is seen."""
