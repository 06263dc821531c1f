/** A net of layers that came after NIN, against the same net in PyTorch (test/fixtures/modern_net.py), and stopped and gone on with. */
import { expect, it } from 'vitest';
import { crossEntropy } from '../../src/autograd/ops/losses/cross-entropy.js';
import { backward } from '../../src/autograd/tape.js';
import { Device } from '../../src/gpu/device.js';
import { summarise } from '../../src/inspect/summary.js';
import { ConvTranspose2d } from '../../src/nn/layers/conv-transpose2d.js';
import { Conv2d } from '../../src/nn/layers/conv2d.js';
import { Flatten } from '../../src/nn/layers/flatten.js';
import { Linear } from '../../src/nn/layers/linear.js';
import { BatchNorm2d } from '../../src/nn/layers/normalisation/batch-norm2d.js';
import { GroupNorm } from '../../src/nn/layers/normalisation/group-norm.js';
import { LayerNorm } from '../../src/nn/layers/normalisation/layer-norm.js';
import { ReLU } from '../../src/nn/layers/relu.js';
import { Sequential } from '../../src/nn/layers/sequential.js';
import { Upsample } from '../../src/nn/layers/upsample.js';
import type { Module } from '../../src/nn/module.js';
import { Adam } from '../../src/nn/optim/adam.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { loadWeights, saveWeights } from '../../src/train/checkpoints/weights.js';
import { modernNet } from '../fixtures/index.js';
import { useDevice } from '../support/device.js';
import { useDirectory } from '../support/directory.js';
import { expectTensor, upload } from '../support/expect-op.js';

const gpu = useDevice();
const directory = useDirectory();
const fixture = modernNet();

/** `network` of modern_net.py. */
const network = (device: Device): Sequential =>
  new Sequential(
    new Conv2d(device, 3, 8, { kernelSize: 3, padding: 'same' }),
    new Conv2d(device, 8, 8, { kernelSize: [3, 2], padding: 'same', groups: 8, bias: false }),
    new GroupNorm(device, 2, 8),
    new ReLU(),
    new Conv2d(device, 8, 12, { kernelSize: 2, stride: 2, groups: 2 }),
    new BatchNorm2d(device, 12, { affine: false, trackRunningStats: false }),
    new ConvTranspose2d(device, 12, 6, { kernelSize: 3, stride: 2, padding: 1, outputPadding: 1, groups: 3 }),
    new Upsample({ scaleFactor: 0.5, mode: 'bilinear' }),
    new Flatten(),
    new LayerNorm(device, 6 * 4 * 4),
    new Linear(device, 6 * 4 * 4, 5),
  );

/** The fixture's batch on a device. */
const batchOn = (device: Device): [Tensor, Tensor] => [
  upload(device, fixture.images),
  upload(device, fixture.labels, 'u32'),
];

it('has the names and shapes of PyTorch, and its logits, loss and gradients', async () => {
  const net = network(gpu.device);
  const state = Object.entries(fixture.state).map(
    ([name, { shape, data }]) => [name, { shape, values: Float32Array.from(data) }] as const,
  );
  net.loadStateDict(new Map(state));
  const [images, labels] = batchOn(gpu.device);
  const logits = net.forward(images);
  const { loss } = crossEntropy(logits, labels);
  backward(loss);
  const tolerance = { relative: 1e-4, absolute: 1e-5 };
  await expectTensor(logits, fixture.logits, { ...tolerance, label: 'logits' });
  await expectTensor(loss, fixture.loss, { ...tolerance, label: 'loss' });
  expect([...net.namedParameters().keys()]).toEqual(Object.keys(fixture.gradients));
  for (const [name, { grad }] of net.namedParameters()) {
    await expectTensor(grad, fixture.gradients[name]!, { ...tolerance, label: name });
  }
});

it('goes on to the bit from a safetensors file and the state of its optimizer', async () => {
  const path = directory.file('modern.safetensors');
  const straight = network(gpu.device);
  const optimizer = new Adam(straight.parameters(), { lr: 0.01 });
  const losses = await train(gpu.device, straight, optimizer, 3);
  await saveWeights(path, straight);
  const kept = optimizer.stateDict();
  const slots = await Promise.all(
    [...kept.slots].map(
      async ([name, slot]) => [name, { shape: slot.shape, values: await floats(slot) }] as const,
    ),
  );
  const rest = await train(gpu.device, straight, optimizer, 3);
  expect(rest.at(-1)).toBeLessThan(losses[0]!);

  const device = await Device.create({ seed: 7 });
  try {
    const resumed = network(device);
    loadWeights(path, resumed);
    const again = new Adam(resumed.parameters(), { lr: 0.01 });
    again.loadStateDict({ ...kept, slots: new Map(slots) });
    expect(await train(device, resumed, again, 3)).toEqual(rest);
    for (const [name, tensor] of resumed.stateDict()) {
      expect(await tensor.toArray(), name).toEqual(await straight.stateDict().get(name)!.toArray());
    }
  } finally {
    device.destroy();
  }
});

it('costs what its weights and what they are shared by say', () => {
  const { layers } = summarise(gpu.device, network(gpu.device), [2, 3, 8, 8]);
  expect(layers.map(({ multiplyAdds }) => multiplyAdds)).toEqual([
    2 * 64 * (9 * 3 * 8),
    2 * 64 * (6 * 8),
    0,
    0,
    2 * 16 * (4 * 4 * 12),
    0,
    2 * 16 * (9 * 12 * 2),
    0,
    0,
    0,
    2 * 96 * 5,
  ]);
});

/** The losses of so many steps on the fixture's batch, recorded once. */
async function train(device: Device, net: Module, optimizer: Adam, steps: number): Promise<number[]> {
  const [images, labels] = batchOn(device);
  const program = device.record(() => {
    optimizer.zeroGrad();
    const { loss } = crossEntropy(net.forward(images), labels);
    backward(loss);
    optimizer.step();
    return loss;
  });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    program.run();
    losses.push(await program.result.item());
  }
  program.dispose();
  return losses;
}

const floats = async (slot: Tensor | { readonly values: Float32Array }): Promise<Float32Array> =>
  'values' in slot ? slot.values : (Float32Array.from(await slot.toArray()) as Float32Array);
