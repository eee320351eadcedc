# SPDX-License-Identifier: ISC
"""crypt_hash.py PASSWORD METHOD - the hash for a line of the password file, by libcrypt"""
import ctypes
import sys

PREFIXES = {
    "yescrypt": b"$y$",
    "sha512": b"$6$",
    "bcrypt": b"$2b$",
}


def crypt_hash(password, method):
    libcrypt = ctypes.CDLL("libcrypt.so.1")
    libcrypt.crypt.restype = ctypes.c_char_p
    libcrypt.crypt_gensalt.restype = ctypes.c_char_p
    salt = libcrypt.crypt_gensalt(PREFIXES[method], ctypes.c_ulong(0), None, 0)
    return libcrypt.crypt(password.encode(), salt).decode()


if __name__ == "__main__":
    print(crypt_hash(*sys.argv[1:]))
