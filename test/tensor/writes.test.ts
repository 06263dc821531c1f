import { describe, expect, it } from 'vitest';
import { relu } from '../../src/kernels/elementwise/relu.js';
import { zeros } from '../../src/tensor/create.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

/** Which of some tensors have another version after some work. */
function changed(tensors: readonly Tensor[], work: () => void): boolean[] {
  const before = tensors.map(({ version }) => version);
  work();
  return tensors.map(({ version }, index) => version !== before[index]);
}

describe('the version of a tensor', () => {
  it('changes with a write from the host, not with reading', async () => {
    const x = zeros(gpu.device, [4]);
    expect(changed([x], () => x.write(new Float32Array(4)))).toEqual([true]);
    expect(changed([x], () => relu(x))).toEqual([false]);
    await x.toArray();
  });

  it('is shared by views', () => {
    const x = zeros(gpu.device, [4]);
    const view = x.view([2, 2]);
    expect(changed([x, view], () => view.write(new Float32Array(4)))).toEqual([true, true]);
  });

  it('of a whole changes with its parts, that of a part with the whole, not with the part beside it', () => {
    const whole = zeros(gpu.device, [128]);
    const parts = [whole.part(0, [64]), whole.part(64, [64])] as const;
    const write = (tensor: Tensor) => () => tensor.write(new Float32Array(tensor.size));
    expect(changed([whole, ...parts], write(parts[0]))).toEqual([true, true, false]);
    expect(changed([whole, ...parts], write(parts[1]))).toEqual([true, false, true]);
    expect(changed([whole, ...parts], write(whole))).toEqual([true, true, true]);
  });

  it('stays when the values move to other memory', () => {
    const [x, whole] = [zeros(gpu.device, [64]), zeros(gpu.device, [128])];
    expect(changed([x], () => x.moveInto(whole, 64))).toEqual([false]);
    expect(changed([x], () => whole.write(new Float32Array(128)))).toEqual([true]);
    expect(x).toBeInstanceOf(Tensor);
  });
});
