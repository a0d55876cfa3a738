// Runs the model on one row for each job. Data is JSON here, so tensors travel in base64, as they would in any application.
import { Worker } from 'bullmq';
import ort from 'onnxruntime-node';
import { about, connection, floats, model, queueName } from './peer.mjs';

const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });

async function run(job) {
    const values = floats(Buffer.from(job.data.row, 'base64'));
    const outputs = await session.run({ [about.input]: new ort.Tensor('float32', values, about.shape) }, [about.output]);
    return Array.from(outputs[about.output].data);
}

const worker = new Worker(queueName, run, { connection, concurrency: Number(process.env.PEER_CONCURRENCY ?? 4) });
worker.on('error', error => console.error(error.message));
process.on('SIGTERM', () => worker.close().finally(() => process.exit()));
