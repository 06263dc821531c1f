/**
 * Trains a small net for a long time and watches what the process holds: `npm run test:soak -- --steps 100000 --minutes 60`.
 * It is a run as any other, with its checkpoints and scores after each epoch, and some steps beside it that are not recorded.
 * Prints a table, and fails if memory or handles have grown.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as dg from '../../dist/index.js';
import { grown } from './levels.mjs';

const BATCH = 4;
const STEPS_AN_EPOCH = 500;
/** Steps after each epoch in which every op is queued by itself. */
const UNRECORDED_STEPS = 20;

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '100000' },
    minutes: { type: 'string', default: '60' },
    rows: { type: 'string', default: '20' },
  },
});
const [steps, minutes, rows] = [Number(values.steps), Number(values.minutes), Number(values.rows)];
if (!(steps > 0 && minutes > 0 && rows > 0))
  throw new Error('--steps, --minutes and --rows take numbers over 0');

/** Files and sockets that are open, where the system tells. */
const descriptors = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);

/** A net beside the run's, trained without a recording. */
function besideTheRun(device) {
  const model = new dg.Linear(device, 8, 3, { init: dg.init.he() });
  const optimizer = new dg.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  return () =>
    dg.tidy(device, () => {
      const { loss } = dg.crossEntropy(
        model.forward(dg.randn(device, [BATCH, 8])),
        dg.zeros(device, [BATCH], 'u32'),
      );
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
}

const epochs = Math.ceil(steps / STEPS_AN_EPOCH);
const changes = { width: 0.25, batch: BATCH, epochs, learningRate: 1e-4 };
const config = dg.chooseConfig({ model: 'nin-glyphs', changes });
const directory = mkdtempSync(join(tmpdir(), 'dawngrad-soak-'));
const device = await dg.Device.create(dg.deviceSettings(config));
const step = besideTheRun(device);
const samples = [];
let failures = 0;
const begin = performance.now();

function sample({ epoch, trainLoss }) {
  for (let i = 0; i < UNRECORDED_STEPS; i++) {
    step().then(
      (loss) => {
        if (!Number.isFinite(loss)) failures++;
      },
      () => failures++,
    );
  }
  globalThis.gc?.();
  const { used, free } = device.memory;
  samples.push({
    steps: epoch * (STEPS_AN_EPOCH + UNRECORDED_STEPS),
    seconds: (performance.now() - begin) / 1000,
    rss: process.memoryUsage.rss(),
    heap: process.memoryUsage().heapUsed,
    used,
    free,
    descriptors: descriptors(),
    resources: process.getActiveResourcesInfo().length,
  });
  if (epoch % Math.ceil(epochs / rows) === 0 || epoch === 1) print(samples.at(-1), trainLoss);
}

const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
const line = (cells) => console.log(cells.map((cell) => String(cell).padStart(11)).join(' '));
const print = ({ steps, seconds, rss, heap, used, free, descriptors, resources }, loss) =>
  line([
    steps,
    seconds.toFixed(0),
    megabytes(rss),
    megabytes(heap),
    megabytes(used),
    megabytes(free),
    descriptors,
    resources,
    loss.toFixed(4),
  ]);

try {
  line(['steps', 'seconds', 'RSS MB', 'heap MB', 'device MB', 'kept MB', 'files', 'resources', 'loss']);
  await dg.runTraining({
    config,
    dataset: dg.glyphs({ train: BATCH * STEPS_AN_EPOCH, test: 20 }),
    device,
    path: join(directory, 'run'),
    reporter: { finishedEpoch: sample },
    signal: AbortSignal.timeout(60_000 * minutes),
  });
  if (failures > 0) throw new Error(`${failures} steps beside the run failed`);
} finally {
  device.destroy();
  rmSync(directory, { recursive: true });
}

const growth = grown(samples);
for (const { what, from, to } of growth) console.log(`${what} grew from ${from} to ${to}`);
console.log(`${samples.at(-1)?.steps ?? 0} steps, ${growth.length === 0 ? 'all level' : 'NOT level'}`);
process.exitCode = growth.length === 0 ? 0 : 1;
