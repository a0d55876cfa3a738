"""The Celery application: one task, which runs the model on one row."""
import json
import os
from functools import lru_cache
from pathlib import Path

import numpy
from celery import Celery

SAMPLES = Path(os.environ["PEER_SAMPLES"])
ABOUT = json.loads((SAMPLES / "about.json").read_text())

app = Celery("peer")
app.conf.update(
    broker_url=os.environ["QI_TEST_RABBITMQ"],
    result_backend="redis://{PEER_REDIS_HOST}:{PEER_REDIS_PORT}/{PEER_REDIS_DATABASE}".format(**os.environ),
    # Durable as ours: a quorum queue, persistent messages (the default), publisher confirms, the result stored before the ack.
    task_default_queue="peer-celery",
    task_default_queue_type=os.environ.get("PEER_QUEUE_TYPE", "quorum"),
    broker_transport_options={"confirm_publish": True},
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # Binary both ways.
    task_serializer="pickle",
    result_serializer="pickle",
    accept_content=["pickle"],
    # Quick: enough at hand to hide the broker's round trip, a connection for each of the driver's publishers, nothing that nobody reads.
    worker_prefetch_multiplier=int(os.environ.get("PEER_PREFETCH", "8")),
    broker_pool_limit=32,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    result_expires=3600,
)


@lru_cache
def session():
    """Made in the process that uses it, at its first task."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(SAMPLES / "model.onnx", options, providers=["CPUExecutionProvider"])


@app.task
def run(row: bytes) -> bytes:
    values = numpy.frombuffer(row, numpy.float32).reshape(ABOUT["shape"])
    return session().run([ABOUT["output"]], {ABOUT["input"]: values})[0].tobytes()
