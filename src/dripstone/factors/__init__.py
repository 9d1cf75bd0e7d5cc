"""What a factor is, how it is found, compiled and recorded; ``library`` holds one idea a file."""
