"""Removes what Celery declared: the queue, and the delay queues that it adds to every quorum queue."""
from kombu import Exchange, Queue

from peer import app

with app.connection_for_write() as connection:
    names = ["peer-celery", "celery_delayed_delivery"] + [f"celery_delayed_{level}" for level in range(28)]
    for thing in [kind(name) for name in names for kind in (Queue, Exchange)]:
        thing(connection.channel()).delete()
