/**
 * The engine's end of the protocol (see `protocol.mjs`), for engines in JavaScript: `node serve.mjs engines/NAME.mjs [ARG]`.
 *
 * An engine module exports `open(arg)`, which resolves to `{ version, adapter, works }`. `works` maps each kind of case to a
 * function of `(case, arrays)` that puts the arrays on the device and resolves to a work:
 *
 * - `start()` queues one run, and need not wait for it
 * - `finish()` resolves when every run that was started is done: to the loss of the last one, if the work has a loss
 * - `result()` resolves to the last run's result, a Float32Array in PyTorch's layout; not for works with a loss
 * - `release()` gives the memory back
 *
 * Each engine keeps arrays in the layout it is fastest in; converting them is not timed.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { readArrays } from './arrays.mjs';
import { sampleOf } from './sample.mjs';

const answer = (object) => writeSync(3, `${JSON.stringify(object)}\n`);

const [, , module, arg] = process.argv;
let engine;
let work;

const handlers = {
  async prepare({ case: wanted, file }) {
    const make = engine.works[wanted.kind];
    if (!make) throw new Error(`it has no ${wanted.kind}`);
    work = await make(wanted, readArrays(file, wanted.arrays));
    return {};
  },
  async run({ times }) {
    const begin = performance.now();
    for (let time = 0; time < times; time++) work.start();
    const loss = await work.finish();
    return { ms: (performance.now() - begin) / times, loss };
  },
  async sample() {
    return { sample: sampleOf(await work.result()) };
  },
  async release() {
    await work?.release();
    work = undefined;
    return {};
  },
};

try {
  engine = await (await import(pathToFileURL(module))).open(arg);
  answer({ version: engine.version, adapter: engine.adapter });
} catch (error) {
  answer({ error: `${error.message}` });
  process.exit(1);
}
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    answer(await handlers[request.do](request));
  } catch (error) {
    answer({ error: `${error?.message ?? error}`.split('\n')[0] });
  }
}
process.exit();
