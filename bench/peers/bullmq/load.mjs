// Submits jobs through BullMQ's own client with some in flight, hears of each result by its event stream and checks it.
import { setTimeout as sleep } from 'node:timers/promises';
import Redis from 'ioredis';
import { Queue, QueueEvents } from 'bullmq';
import { about, connection, file, floats, queueName, rowKey } from './peer.mjs';

// The last thousand jobs stay readable.
const redis = new Redis(connection);
const queue = new Queue(queueName, { connection, defaultJobOptions: { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } } });
const events = new QueueEvents(queueName, { connection });
const rows = Array.from({ length: about.count }, (_, i) => ({ bytes: file(`input-${i}.bin`), expected: floats(file(`expected-${i}.bin`)) }));
const waiting = new Map();
let [number, latencies, stopping] = [0, [], false];

function fail(why) {
    console.error(why);
    process.exit(1);
}

function right(values, expected) {
    const scale = Math.max(1, ...expected.map(Math.abs));
    return values.length === expected.length && values.every((value, i) => Math.abs(value - expected[i]) <= 1e-3 * scale);
}

// One listener and ids of our own: less for Redis to do than Job.waitUntilFinished, which asks for the state of each job.
function result(id) {
    return new Promise((resolve, reject) => {
        const deadline = setTimeout(() => reject(new Error('No result within 60 s.')), 60_000);
        waiting.set(id, { resolve: values => { clearTimeout(deadline); resolve(values); }, reject });
    });
}

async function ask() {
    const [id, { bytes, expected }] = [`job-${number}`, rows[number++ % rows.length]];
    const began = performance.now();
    const ended = result(id);
    await redis.set(rowKey(id), bytes, 'EX', 3600);
    await queue.add('run', {}, { jobId: id });
    if (!right(await ended, expected)) {
        fail('A wrong answer.');
    }

    latencies.push(performance.now() - began);
}

async function loop() {
    while (!stopping) {
        await ask();
    }
}

function end(id, way, value) {
    const one = waiting.get(id);
    waiting.delete(id);
    one?.[way](value);
}

events.on('completed', ({ jobId, returnvalue }) => end(jobId, 'resolve', returnvalue));
events.on('failed', ({ jobId, failedReason }) => end(jobId, 'reject', new Error(failedReason)));
await events.waitUntilReady();
await ask(); // Once the workers are there.
const loops = Array.from({ length: Number(process.env.PEER_IN_FLIGHT) }, () => loop().catch(error => fail(error.message)));
await sleep(1000 * Number(process.env.PEER_WARMUP));
const began = performance.now();
latencies = [];
console.log('begin');
await sleep(1000 * Number(process.env.PEER_SECONDS));
console.log('end');
const [seconds, measured] = [(performance.now() - began) / 1000, latencies.toSorted((a, b) => a - b)];
stopping = true;
await Promise.all(loops);
const percentile = share => measured[Math.round(share * (measured.length - 1))] ?? 0;
console.log(`result ${measured.length} ${seconds} ${percentile(0.5)} ${percentile(0.99)}`);
process.exit();
