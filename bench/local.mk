# Nothing of bench is listed yet.
