// Runs the model on one row for each job. Data is JSON here, so the row lies beside the job: in base64 within it, it cost a third more CPU time.
import { Worker } from 'bullmq';
import Redis from 'ioredis';
import ort from 'onnxruntime-node';
import { about, connection, floats, model, queueName, rowKey } from './peer.mjs';

const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const redis = new Redis(connection);

async function run(job) {
    const values = floats(await redis.getBuffer(rowKey(job.id)));
    const outputs = await session.run({ [about.input]: new ort.Tensor('float32', values, about.shape) }, [about.output]);
    return Array.from(outputs[about.output].data);
}

const worker = new Worker(queueName, run, { connection, concurrency: Number(process.env.PEER_CONCURRENCY ?? 8) });
worker.on('completed', job => redis.unlink(rowKey(job.id)));
worker.on('error', error => console.error(error.message));
process.on('SIGTERM', () => worker.close().finally(() => process.exit()));
