"""What officers do with a request about data, step by step."""
