"""Questions whose SQL people have found right: recalled when they are asked again, shown to the model as examples."""
