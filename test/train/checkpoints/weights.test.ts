import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { BatchNorm2d, Conv2d, GlobalAvgPool2d, init, Linear, Sequential } from '../../../src/nn/index.js';
import type { Module } from '../../../src/nn/module.js';
import { fromArray } from '../../../src/tensor/create.js';
import { sizeOf } from '../../../src/tensor/shape.js';
import { readCheckpoint } from '../../../src/train/checkpoints/checkpoint.js';
import { exportWeights } from '../../../src/train/checkpoints/export-weights.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
} from '../../../src/train/checkpoints/safetensors.js';
import { startFrom } from '../../../src/train/checkpoints/start-from.js';
import { loadWeights, saveWeights } from '../../../src/train/checkpoints/weights.js';
import { buildModel } from '../../../src/train/nets/build-model.js';
import { runTraining } from '../../../src/train/run/run.js';
import { useDevice } from '../../support/device.js';
import { useFreshDirectory } from '../../support/directory.js';
import { SEED, tinyConfig, tinyData } from '../run/tiny-run.js';

const gpu = useDevice({ seed: SEED });
const directory = useFreshDirectory();

const net = (classes = 3) =>
  new Sequential(
    new Conv2d(gpu.device, 2, 4, { kernelSize: 3, init: init.he() }),
    new BatchNorm2d(gpu.device, 4),
    new GlobalAvgPool2d(),
    new Linear(gpu.device, 4, classes, { init: init.he() }),
  );

async function valuesOf(module: Module): Promise<Record<string, number[]>> {
  const state = [...module.stateDict()];
  const values = await Promise.all(state.map(([, tensor]) => tensor.toArray()));
  return Object.fromEntries(state.map(([name], index) => [name, [...values[index]!]]));
}

/** A file with the weights of a net under other names. */
async function written(module: Module, rename: (name: string) => string): Promise<string> {
  const path = directory.file('other.safetensors');
  const tensors = new Map<string, HostTensor>();
  for (const [name, tensor] of module.stateDict())
    tensors.set(rename(name), { shape: tensor.shape, values: (await tensor.toArray()) as Float32Array });
  writeFileSync(path, encodeSafetensors({ tensors, metadata: {} }));
  return path;
}

describe('weights in a file', () => {
  it('are those of the net that wrote them, to the bit', async () => {
    const [one, other] = [net(), net()];
    const path = directory.file('net.safetensors');
    await saveWeights(path, one);
    expect(await valuesOf(other)).not.toEqual(await valuesOf(one));
    expect(loadWeights(path, other)).toEqual({ missing: [], unexpected: [] });
    expect(await valuesOf(other)).toEqual(await valuesOf(one));
  });

  it('may have names that begin with module.', async () => {
    const [one, other] = [net(), net()];
    loadWeights(await written(one, (name) => `module.${name}`), other);
    expect(await valuesOf(other)).toEqual(await valuesOf(one));
  });

  it.each(['', 'module.'])(
    'are refused where one is of elements that are not read, by its name: "%s"',
    async (prefix) => {
      const warned = vi.spyOn(process, 'emitWarning').mockReturnValue();
      const path = await written(net(), (name) => prefix + name);
      // As long as F32, so that the header stays as it is.
      const file = readFileSync(path);
      const at = file.indexOf('"F32"', file.indexOf(`"${prefix}3.weight"`));
      file.write('"X99"', at);
      writeFileSync(path, file);
      const types = 'F64, F32, F16, BF16, F8_E5M2, F8_E4M3, I64, U64, I32, U32, I16, U16, I8, U8, BOOL';
      const { warn, ...learner } = { model: net(), average: undefined, warn: vi.fn() };
      const message = `reading ${path}: tensor "${prefix}3.weight" of X99: elements of these types are read: ${types}`;
      expect(() => loadWeights(path, learner.model, { strict: false })).toThrow(message);
      expect(() => startFrom({ path }, learner, warn)).toThrow(message);
      expect(warned.mock.calls[0]).toEqual([
        `reading ${path}: left out, since of elements only ${types} are read: ${prefix}3.weight (X99)`,
      ]);
      warned.mockRestore();
    },
  );

  it("may be a run's checkpoint", async () => {
    const path = join(directory.path, 'run');
    const config = { ...tinyConfig, epochs: 1 };
    await runTraining({ config, dataset: tinyData, device: gpu.device, path });
    const model = buildModel(config, gpu.device);
    const before = await valuesOf(model);
    loadWeights(join(path, 'last.safetensors'), model);
    const trained = await valuesOf(model);
    expect(trained).not.toEqual(before);
    const alone = directory.file('alone.safetensors');
    exportWeights(alone, readCheckpoint(join(path, 'last.safetensors')));
    const { tensors, metadata } = decodeSafetensors(readFileSync(alone), alone);
    expect([...tensors.keys()]).toEqual(Object.keys(trained));
    expect(metadata.format).toBe('pt');
    for (const [name, { values }] of tensors) expect([...values], name).toEqual(trained[name]);
  });

  it('of another net are refused, or loaded as far as they fit', async () => {
    const [one, other] = [net(3), net(5)];
    const path = directory.file('net.safetensors');
    await saveWeights(path, one);
    const before = await valuesOf(other);
    expect(() => loadWeights(path, other)).toThrow(/3.weight \[3, 4\], expected \[5, 4\]/);
    expect(await valuesOf(other)).toEqual(before);
    const left = ['3.weight', '3.bias'];
    expect(loadWeights(path, other, { strict: false })).toEqual({ missing: left, unexpected: left });
    const [from, to] = [await valuesOf(one), await valuesOf(other)];
    expect(to['0.weight']).toEqual(from['0.weight']);
    expect(to['1.running_mean']).toEqual(from['1.running_mean']);
    expect(to['3.weight']).toEqual(before['3.weight']);
  });

  it("go from Python's safetensors to here and back", async () => {
    const { theirs, ours, x, y } = JSON.parse(
      readFileSync(new URL('../../fixtures/safetensors_library.json', import.meta.url), 'utf8'),
    );
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const model = new Sequential(
      new Conv2d(gpu.device, 3, 4, { kernelSize: 1 }),
      new BatchNorm2d(gpu.device, 4),
    );
    const path = directory.file('theirs.safetensors');
    writeFileSync(path, Buffer.from(theirs, 'base64'));
    expect(loadWeights(path, model)).toEqual({ missing: [], unexpected: [] });
    warned.mockRestore();
    const output = await model
      .eval()
      .forward(fromArray(gpu.device, Float32Array.from(x.data), x.shape))
      .toArray();
    expect([...output]).toEqual(y.data.map((value: number) => expect.closeTo(value, 5)));
    await saveWeights(path, model);
    // The very file that the library opened, and whose net made the same of x.
    expect(Buffer.from(readFileSync(path)).toString('base64')).toBe(ours);
  });

  it('of others may hold what no net could, as far as nothing is loaded of that', async () => {
    const [one, other] = [net(), net()];
    const path = directory.file('masked.safetensors');
    const tensors = new Map<string, HostTensor>([['mask', { shape: [1], values: Float32Array.of(-1 / 0) }]]);
    for (const [name, { shape }] of one.stateDict())
      tensors.set(`module._orig_mod.${name}`, { shape, values: new Float32Array(sizeOf(shape)).fill(2) });
    writeFileSync(path, encodeSafetensors({ tensors, metadata: {} }));
    loadWeights(path, other);
    expect((await valuesOf(other))['3.bias']).toEqual([2, 2, 2]);
    tensors.get('module._orig_mod.3.bias')!.values[0] = Number.NaN;
    writeFileSync(path, encodeSafetensors({ tensors, metadata: {} }));
    expect(() => loadWeights(path, other)).toThrow('the tensor "3.bias" holds numbers that are not finite');
  });

  it('are not written where one is not finite, and the old file stays', async () => {
    const path = directory.file('net.safetensors');
    const one = net();
    await saveWeights(path, one);
    const good = readFileSync(path);
    one
      .stateDict()
      .get('3.bias')!
      .write(Float32Array.of(1, Number.NaN, 2));
    await expect(saveWeights(path, one)).rejects.toThrow(
      'the tensor "3.bias" holds numbers that are not finite',
    );
    expect(readFileSync(path)).toEqual(good);
  });
});
