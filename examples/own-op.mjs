// An op of one's own, swish, with its own shader, swish.wgsl: tested, then trained as part of a net.
import * as dg from 'dawngrad';

const kernel = (entryPoint, bindings) =>
  dg.defineKernel({
    name: `swish.${entryPoint}`,
    shader: new URL('swish.wgsl', import.meta.url),
    entryPoint,
    bindings,
    params: { size: 'u32' },
    grid: ({ size }) => dg.linearGrid(size),
  });
const forward = kernel('forward', { x: 'read', y: 'write' });
const backward = kernel('backward', { x: 'read', dy: 'read', dx: 'write' });

/** y = x / (1 + e^-x), elementwise. */
function swish(x) {
  const y = new dg.Tensor(x.device, x.shape);
  dg.launch(forward, { x, y }, { size: x.size });
  const gradient = (dy) => {
    const dx = new dg.Tensor(x.device, x.shape);
    dg.launch(backward, { x, dy, dx }, { size: x.size });
    return [dx];
  };
  return dg.putOnTape('swish', y, [x], gradient, { reads: [x] });
}

class Swish extends dg.Module {
  forward(x) {
    return swish(x);
  }
}

const device = await dg.Device.create({ seed: 1 });
await dg.opTest(swish, [
  {
    inputs: [dg.randn(device, [2, 3, 5, 7])],
    reference: ({ shape, data }) => ({ shape, data: data.map((x) => x / (1 + Math.exp(-x))) }),
  },
]);
console.log('swish: passed');

const images = dg.glyphs({ train: 3000, test: 1 }).train;
const normalisation = dg.normalisationOf(images);
const batches = new dg.BatchLoader(device, images, { batch: 50, shuffleSeed: 1, normalisation });
const init = dg.init.he();
const model = new dg.Sequential(
  new dg.Conv2d(device, 3, 16, { kernelSize: 5, stride: 2, padding: 2, init }),
  new Swish(),
  new dg.Conv2d(device, 16, 32, { kernelSize: 5, stride: 2, padding: 2, init }),
  new Swish(),
  new dg.Flatten(),
  new dg.Linear(device, 32 * 8 * 8, 10, { init: dg.init.normal(0.01) }),
);
const optimizer = new dg.Adam(model.parameters(), { lr: 0.002 });
const trainer = new dg.Trainer({ device, model, optimizer, batches, schedule: dg.schedule.constant() });
for await (const { lossSum, count } of trainer.epoch()) console.log(`loss ${(lossSum / count).toFixed(3)}`);
