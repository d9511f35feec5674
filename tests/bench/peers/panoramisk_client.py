"""usage: panoramisk_client.py PORT: counts events until the marker, prints their count and CPU time."""

import asyncio
import json
import os
import sys
import time

from panoramisk import Manager

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
manager = Manager(loop=loop, host="127.0.0.1", port=int(sys.argv[1]), username="bench", secret="bench", events="on",
                  ping_delay=1000)
events, before = 0, None


@manager.register_event("*")
def on_event(_, message):
    global events, before
    before = time.process_time() if before is None else before
    events += 1
    if message.get("UserEvent") == "BenchEnd":
        print(json.dumps({"events": events, "cpu_s": time.process_time() - before}), flush=True)
        os._exit(0)


manager.connect()
loop.run_forever()
