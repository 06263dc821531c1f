/** A thread that decodes what it is sent. */
import { parentPort } from 'node:worker_threads';
import { type DecodeJob, decodeFiles } from './decode-files.js';

parentPort!.on('message', async (job: DecodeJob) => {
  const decoded = await decodeFiles(job);
  parentPort!.postMessage(decoded, [decoded.pixels.buffer]);
});
