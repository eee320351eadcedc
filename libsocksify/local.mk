# Nothing of libsocksify is listed yet.
