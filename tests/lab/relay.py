"""A TCP relay; ending it cuts the connections: relay.py LISTEN_HOST:PORT TARGET_HOST:PORT."""

import socket
import sys
import threading


def address(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in source, target:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def main():
    listener = socket.create_server(address(sys.argv[1]))
    while True:
        client, _ = listener.accept()
        try:
            server = socket.create_connection(address(sys.argv[2]))
        except OSError:
            client.close()
            continue
        for pair in (client, server), (server, client):
            threading.Thread(target=pump, args=pair, daemon=True).start()


main()
