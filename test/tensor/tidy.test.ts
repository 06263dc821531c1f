import { describe, expect, it } from 'vitest';
import { relu } from '../../src/kernels/elementwise/relu.js';
import { full, zeros } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { keep, tidy } from '../../src/tensor/tidy.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();
const tensor = (value = 0) => full(gpu.device, [4], value);

/** Which of them are disposed of. */
const disposed = (...tensors: Tensor[]) => tensors.map((each) => each.disposed);

describe('tidy', () => {
  it('disposes of what was made in it, and of nothing else', () => {
    const before = tensor();
    const made = tidy(gpu.device, () => ({ names: [1, 'two', null], inner: [tensor()].length }));
    expect(made).toEqual({ names: [1, 'two', null], inner: 1 });
    let inside!: Tensor;
    tidy(gpu.device, () => {
      inside = relu(before);
    });
    expect(disposed(before, inside)).toEqual([false, true]);
  });

  it('brings memory back to where it was', () => {
    const used = gpu.device.memory.used;
    for (let i = 0; i < 3; i++) {
      tidy(gpu.device, () => {
        zeros(gpu.device, [1000]).view([10, 100]);
        tidy(gpu.device, () => relu(zeros(gpu.device, [5000])));
      });
      expect(gpu.device.memory.used).toBe(used);
    }
  });

  it('keeps the tensors of its result, in arrays and plain objects, however deep', async () => {
    let other!: Tensor;
    const result = tidy(gpu.device, () => {
      other = tensor();
      return { loss: tensor(1), layers: [tensor(2), { deep: [tensor(3)] }] as const, nothing: null };
    });
    const kept = [result.loss, result.layers[0], result.layers[1].deep[0]];
    expect(disposed(other, ...kept)).toEqual([true, false, false, false]);
    expect(await Promise.all(kept.map(async (each) => (await each.toArray())[0]))).toEqual([1, 2, 3]);
    expect(disposed(tidy(gpu.device, () => tensor()))).toEqual([false]);
  });

  it('keeps the memory of a view that it returns', async () => {
    const view = tidy(gpu.device, () => tensor(5).view([2, 2]));
    expect(await view.toArray()).toEqual(new Float32Array(4).fill(5));
    expect(view.shared).toBe(false);
  });

  it('nests: a result belongs to the scope around', () => {
    let inner!: Tensor;
    let outer!: Tensor;
    const result = tidy(gpu.device, () => {
      inner = tidy(gpu.device, () => tensor());
      expect(inner.disposed).toBe(false);
      outer = tidy(gpu.device, () => tensor());
      return outer;
    });
    expect(result).toBe(outer);
    expect(disposed(inner, outer)).toEqual([true, false]);
  });

  it('does not make a tensor from outside its own when it returns it', () => {
    const outside = tensor();
    tidy(gpu.device, () => {
      tidy(gpu.device, () => outside);
    });
    expect(outside.disposed).toBe(false);
  });

  it('disposes of everything when the work throws, and passes the error on', () => {
    const used = gpu.device.memory.used;
    const failing = () => {
      tensor();
      tidy(gpu.device, () => {
        tensor();
        throw new Error('inside');
      });
    };
    expect(() => tidy(gpu.device, failing)).toThrow('inside');
    expect(gpu.device.memory.used).toBe(used);
  });

  it('is over when its work has thrown: what is made next belongs to the scope around', () => {
    let next!: Tensor;
    tidy(gpu.device, () => {
      const failing = () => {
        throw new Error('inside');
      };
      expect(() => tidy(gpu.device, failing)).toThrow('inside');
      next = tensor();
    });
    expect(next.disposed).toBe(true);
  });

  it('refuses an async function at once, and takes a promise', async () => {
    let begun = false;
    const later = async () => {
      begun = true;
    };
    expect(() => tidy(gpu.device, later)).toThrow(
      'tidy: work is an async function; it must await nothing, since what comes after an await would be outside',
    );
    expect(begun).toBe(false);
    const made: Tensor[] = [];
    const value = tidy(gpu.device, () => {
      made.push(tensor(3));
      return made[0]!.toArray();
    });
    expect(disposed(...made)).toEqual([true]);
    expect(await value).toEqual(new Float32Array(4).fill(3));
  });

  it('takes tensors that were disposed of inside', () => {
    const used = gpu.device.memory.used;
    tidy(gpu.device, () => tensor().dispose());
    expect(gpu.device.memory.used).toBe(used);
  });
});

describe('keep', () => {
  it('takes a tensor out of every scope', () => {
    let kept!: Tensor;
    tidy(gpu.device, () => {
      tidy(gpu.device, () => {
        kept = keep(tensor());
      });
      expect(kept.disposed).toBe(false);
    });
    expect(kept.disposed).toBe(false);
  });

  it('does so from a scope within theirs, too', () => {
    let kept!: Tensor;
    tidy(gpu.device, () => {
      kept = tensor();
      tidy(gpu.device, () => {
        keep(kept);
      });
    });
    expect(kept.disposed).toBe(false);
  });

  it('holds even if a scope then returns it', () => {
    let kept!: Tensor;
    tidy(gpu.device, () => {
      tidy(gpu.device, () => {
        kept = keep(tensor());
        return kept;
      });
    });
    expect(kept.disposed).toBe(false);
  });

  it('keeps the one tensor, not its views', () => {
    let view!: Tensor;
    const kept = tidy(gpu.device, () => {
      const made = keep(tensor());
      view = made.view([2, 2]);
      return [made];
    })[0];
    expect(disposed(kept, view)).toEqual([false, true]);
  });
});
