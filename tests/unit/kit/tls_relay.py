#!/usr/bin/python3
"""Removes TLS: forwards data from its own loopback port to PORT as plain text, and back.

    tls_relay.py CERTIFICATE KEY PORT [like-asterisk]      prints its port, serves until its standard input ends

With like-asterisk it reads at most 1024 bytes, and only when the socket has data. Data that TLS has already decrypted
waits until then. That is how Asterisk's manager reads.
"""

import os
import select
import socket
import ssl
import sys
import threading


LIKE_ASTERISK = sys.argv[4:] == ["like-asterisk"]


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Halves:
    """Lets two threads read and write one TLS socket: one lock, short time-outs."""

    def __init__(self, tls):
        self.tls, self.lock = tls, threading.Lock()
        tls.setblocking(False)

    def attempt(self, operation, *args):
        while True:
            try:
                with self.lock:
                    return operation(*args)
            except ssl.SSLWantReadError:
                select.select([self.tls], [], [], 1)
            except ssl.SSLWantWriteError:
                select.select([], [self.tls], [], 1)

    def recv(self, size):
        if LIKE_ASTERISK:
            select.select([self.tls], [], [])
            size = 1024
        return self.attempt(self.tls.recv, size)

    def sendall(self, data):
        view = memoryview(data)
        while view:
            view = view[self.attempt(self.tls.send, view):]

    def shutdown(self, how):
        self.tls.shutdown(how)


def serve(raw, context, port):
    try:
        outside = Halves(context.wrap_socket(raw, server_side=True))
    except (ssl.SSLError, OSError):
        raw.close()
        return
    inside = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=pump, args=(inside, outside), daemon=True).start()
    pump(outside, inside)


def accept(listener, context, port):
    while True:
        raw, _ = listener.accept()
        threading.Thread(target=serve, args=(raw, context, port), daemon=True).start()


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=accept, args=(listener, context, int(sys.argv[3])), daemon=True).start()
    sys.stdin.read()
    os._exit(0)


main()
