# Nothing of man is listed yet.
