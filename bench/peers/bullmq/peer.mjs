// What worker and load share: where Redis is, and the samples.
import { readFileSync } from 'node:fs';

const folder = process.env.PEER_SAMPLES;
export const queueName = 'peer-bullmq';
export const connection = {
    host: process.env.PEER_REDIS_HOST,
    port: Number(process.env.PEER_REDIS_PORT),
    db: Number(process.env.PEER_REDIS_DATABASE),
    maxRetriesPerRequest: null,
};
export const rowKey = id => `row:${id}`;
export const model = `${folder}/model.onnx`;
export const about = JSON.parse(readFileSync(`${folder}/about.json`, 'utf8'));
export const floats = bytes => new Float32Array(new Uint8Array(bytes).buffer);
export const file = name => readFileSync(`${folder}/${name}`);
