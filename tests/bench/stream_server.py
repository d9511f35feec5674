"""A server at the loopback that sends a recorded stream, as fast as it is read, to clients that log in for events.
It runs in its own process; the marker event ends the stream."""

import multiprocessing
import socket
import threading
import time

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
END = b"Event: UserEvent\r\nPrivilege: user,all\r\nTimestamp: 1900000000.000000\r\nUserEvent: BenchEnd\r\n\r\n"
BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 100\r\nLastReload: 100\r\nStatus: Fully Booted\r\n\r\n"


def actions(conn):
    data = b""
    while True:
        while b"\r\n\r\n" in data:
            frame, data = data.split(b"\r\n\r\n", 1)
            lines = (line.split(":", 1) for line in frame.decode().split("\r\n") if ":" in line)
            yield {key.lower(): value.strip() for key, value in lines}
        more = conn.recv(65536)
        if not more:
            return
        data += more


def answer(action):
    ident = f"ActionID: {action['actionid']}\r\n" if "actionid" in action else ""
    name = action.get("action", "").lower()
    if name == "coreshowchannels":
        return (f"Response: Success\r\n{ident}EventList: start\r\nMessage: Channels will follow\r\n\r\n"
                f"Event: CoreShowChannelsComplete\r\n{ident}EventList: Complete\r\nListItems: 0\r\n\r\n")
    if name == "ping":
        return f"Response: Success\r\n{ident}Ping: Pong\r\nTimestamp: {time.time():.6f}\r\n\r\n"
    message = "Authentication accepted" if name == "login" else "ok"
    return f"Response: Success\r\n{ident}Challenge: 1\r\nMessage: {message}\r\n\r\n"


def serve(conn, stream):
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    conn.sendall(BANNER)
    try:
        for action in actions(conn):
            conn.sendall(answer(action).encode())
            if action.get("action", "").lower() == "login" and action.get("events", "on") != "off":
                conn.sendall(BOOTED + stream + END)
    except OSError:
        pass                    # the client has read enough


def run(listener, path):
    with open(path, "rb") as file:
        stream = file.read()
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=serve, args=(conn, stream), daemon=True).start()


class StreamServer:
    def __init__(self, path):
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.process = multiprocessing.Process(target=run, args=(listener, path), daemon=True)
        self.process.start()
        listener.close()

    def stop(self):
        self.process.terminate()
        self.process.join()
