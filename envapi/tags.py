"""What lines on stdout that tell of agents' episodes begin with: programs read these, so nothing is put before them."""

START, STEP, END = "[START] ", "[STEP] ", "[END] "
TAGS = (START, STEP, END)
