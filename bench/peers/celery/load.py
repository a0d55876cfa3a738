"""Submits tasks through Celery's own client with some in flight, reads each result back and checks it."""
from gevent import monkey

monkey.patch_all()

import itertools
import os
import time

import gevent
import numpy
from gevent.event import Event
from peer import ABOUT, SAMPLES, run

ROWS = [
    ((SAMPLES / f"input-{i}.bin").read_bytes(), numpy.fromfile(SAMPLES / f"expected-{i}.bin", numpy.float32))
    for i in range(ABOUT["count"])
]
first, latencies, count = Event(), [], itertools.count()
stopping = False


def ask():
    row, expected = ROWS[next(count) % len(ROWS)]
    began = time.perf_counter()
    values = numpy.frombuffer(run.delay(row).get(timeout=60), numpy.float32)
    if not numpy.allclose(values, expected, rtol=0, atol=1e-3 * max(1, abs(expected).max())):
        raise ValueError("A wrong answer.")
    latencies.append((time.perf_counter() - began) * 1000)
    first.set()


def loop():
    while not stopping:
        ask()


loops = [gevent.spawn(loop) for _ in range(int(os.environ["PEER_IN_FLIGHT"]))]
for one in loops:
    one.link_exception(lambda failed: (print(repr(failed.exception), file=__import__("sys").stderr, flush=True), os._exit(1)))
first.wait()
gevent.sleep(float(os.environ["PEER_WARMUP"]))
began = time.perf_counter()
latencies.clear()
print("begin", flush=True)
gevent.sleep(float(os.environ["PEER_SECONDS"]))
print("end", flush=True)
seconds, measured = time.perf_counter() - began, latencies.copy()
stopping = True
gevent.joinall(loops, timeout=60)
p50, p99 = numpy.percentile(measured, [50, 99]) if measured else (0, 0)
print("result", len(measured), seconds, p50, p99, flush=True)
