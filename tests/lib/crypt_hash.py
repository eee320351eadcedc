# SPDX-License-Identifier: ISC
"""crypt_hash.py PASSWORD METHOD - one line for the password file, by libcrypt itself"""
import ctypes
import sys

PREFIXES = {
    "yescrypt": b"$y$",
    "sha512": b"$6$",
    "bcrypt": b"$2b$",
}

libcrypt = ctypes.CDLL("libcrypt.so.1")
libcrypt.crypt.restype = ctypes.c_char_p
libcrypt.crypt_gensalt.restype = ctypes.c_char_p
salt = libcrypt.crypt_gensalt(PREFIXES[sys.argv[2]], ctypes.c_ulong(0), None, 0)
print(libcrypt.crypt(sys.argv[1].encode(), salt).decode())
