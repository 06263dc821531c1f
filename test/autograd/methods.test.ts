import { describe, expect, it } from 'vitest';
import '../../src/autograd/methods.js';
import { from } from '../../src/tensor/create.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

describe('methods of Tensor', () => {
  it('compute what the ops of their names do, and chain', async () => {
    const a = from(gpu.device, [[1, -2]]);
    const b = from(gpu.device, [[3, 4]]);
    expect([...(await a.add(b).toArray())]).toEqual([4, 2]);
    expect([...(await a.subtract(1).toArray())]).toEqual([0, -3]);
    expect([...(await a.multiply(b).divide(2).toArray())]).toEqual([1.5, -4]);
    expect([...(await a.relu().scale(3).toArray())]).toEqual([3, 0]);
    expect(await a.matmul(b, { transposeB: true }).item()).toBe(-5);
    expect([await a.sum().item(), await b.mean().item()]).toEqual([-1, 3.5]);
    expect(a.reshape([2, 1]).shape).toEqual([2, 1]);
    expect(from(gpu.device, [[[1], [2]]]).flatten().shape).toEqual([1, 2]);
  });

  it('of one number, and of the order of axes, too', async () => {
    const x = from(gpu.device, [
      [4, 1],
      [0.25, 9],
    ]);
    const values = async (tensor: typeof x) => [...(await tensor.toArray())];
    expect(await values(x.sqrt())).toEqual([2, 1, 0.5, 3]);
    expect(await values(x.neg().abs().pow(2))).toEqual([16, 1, 0.0625, 81]);
    expect(await values(x.clamp(1, 4))).toEqual([4, 1, 1, 4]);
    expect(await values(x.scale(0).exp())).toEqual([1, 1, 1, 1]);
    expect(await values(x.scale(0).sigmoid())).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(await values(x.scale(0).tanh())).toEqual([0, 0, 0, 0]);
    expect((await values(x.log()))[1]).toBe(0);
    expect(await values(x.scale(0).softmax())).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect((await values(x.scale(0).logSoftmax(0)))[0]).toBeCloseTo(-Math.log(2), 6);
    expect(await values(x.transpose(0, 1))).toEqual([4, 0.25, 1, 9]);
    expect(await values(x.permute([1, 0]).slice({ start: 1 }))).toEqual([1, 9]);
    expect([x.unsqueeze(1).shape, x.unsqueeze(0).squeeze().shape]).toEqual([
      [2, 1, 2],
      [2, 2],
    ]);
  });

  it('of comparisons, indices and copies, too', async () => {
    const x = from(gpu.device, [
      [4, 1],
      [2, 9],
    ]);
    const values = async (tensor: typeof x) => [...(await tensor.toArray())];
    const two = from(gpu.device, [2, 2]);
    expect(await values(x.eq(4))).toEqual([1, 0, 0, 0]);
    expect(await values(x.ne(two))).toEqual([1, 1, 0, 1]);
    expect(await values(x.lt(two))).toEqual([0, 1, 0, 0]);
    expect(await values(x.le(2))).toEqual([0, 1, 1, 0]);
    expect(await values(x.gt(2))).toEqual([1, 0, 0, 1]);
    expect(await values(x.ge(2))).toEqual([1, 0, 1, 1]);
    expect(await values(x.maximum(two))).toEqual([4, 2, 2, 9]);
    expect(await values(x.minimum(two))).toEqual([2, 1, 2, 2]);
    expect(await values(x.max(1).values)).toEqual([4, 9]);
    expect(await values(x.min(0).indices)).toEqual([1, 0]);
    expect(
      await values(
        x
          .argmax(1)
          .eq(from(gpu.device, [0, 0], 'u32'))
          .cast('f32'),
      ),
    ).toEqual([1, 0]);
    expect(await values(x.topk(1).values)).toEqual([4, 9]);
    expect(await values(x.gather(1, from(gpu.device, [[1], [0]], 'u32')))).toEqual([1, 2]);
    expect(await values(x.indexSelect(0, from(gpu.device, [1], 'u32')))).toEqual([2, 9]);
    expect([two.expand([3, 2]).shape, await values(two.clone()), two.detach().shape]).toEqual([
      [3, 2],
      [2, 2],
      [2],
    ]);
  });

  it('backward goes back through them', async () => {
    const x = from(gpu.device, [1, -2, 3]);
    x.requiresGrad = true;
    x.multiply(x).relu().sum().backward();
    expect([...(await x.grad!.toArray())]).toEqual([2, -4, 6]);
  });
});
