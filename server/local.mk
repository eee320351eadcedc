# Nothing of server is listed yet.
