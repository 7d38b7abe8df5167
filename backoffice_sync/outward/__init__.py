"""What was changed or asked for here goes out, and comes to an end that people can see."""
