# SPDX-License-Identifier: ISC
"""greeter.py PORT - says hello to every client, and ends the connection"""
import socket
import sys

with socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6, backlog=4096,
                          dualstack_ipv6=True) as listener:
    while True:
        client, _ = listener.accept()
        with client:
            client.sendall(b"hello\n")
