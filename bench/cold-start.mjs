/**
 * Seconds from the start of a process to the end of its first training step of Network in Network, when the driver never saw a
 * shader and when it has all of them on disk: `npm run bench:cold`. See README.md here.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '32' },
    width: { type: 'string', default: '1' },
    step: { type: 'boolean', default: false },
  },
});

/** In the process that is timed: open the device, build the net, compile its training step, and take it. */
async function takeStep({ batch, width }) {
  const dawngrad = await import('../dist/index.js');
  const { trainingWork } = await import('../dist/train/trainer.js');
  const device = await dawngrad.Device.create();
  const { build, input } = dawngrad.models.get('nin-cifar10');
  const model = build(device, { width: Number(width) }).train();
  const work = trainingWork(model, new dawngrad.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 }));
  const images = dawngrad.uniform(device, [Number(batch), ...input], { low: -1 });
  const labels = dawngrad.zeros(device, [Number(batch)], 'u32');
  const program = await device.compile(() => dawngrad.tidy(device, () => work(images, labels)));
  program.run();
  const loss = await program.result.loss.item();
  // Its zero is the start of the process.
  const milliseconds = performance.now();
  console.log(JSON.stringify({ milliseconds, loss, adapter: device.adapter.name }));
  device.destroy();
}

/** Run that process with the driver's shader cache in this directory; what it says. */
function started({ batch, width }, cache) {
  const args = [fileURLToPath(import.meta.url), '--step', '--batch', batch, '--width', width];
  const env = { ...process.env, MESA_SHADER_CACHE_DIR: cache, __GL_SHADER_DISK_CACHE_PATH: cache };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function report(options) {
  const cache = mkdtempSync(join(tmpdir(), 'dawngrad-cold-'));
  try {
    for (const when of ['without', 'with']) {
      const { milliseconds, loss, adapter } = started(options, cache);
      const seconds = (milliseconds / 1000).toFixed(1);
      console.log(`${seconds} s ${when} compiled shaders on disk (${adapter}, loss ${loss.toFixed(4)})`);
    }
  } finally {
    rmSync(cache, { recursive: true });
  }
  console.log(`batch ${options.batch}, load average ${loadavg()[0].toFixed(2)}`);
}

await (values.step ? takeStep : report)(values);
