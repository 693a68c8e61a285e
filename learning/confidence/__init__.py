"""How likely an answer is right, by what is known of it and by what people said of others like it."""
