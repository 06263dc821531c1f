/** A user's shader that takes the place of kernels of one of the engine's, in the lab. */
import { DawngradError } from '../../errors/errors.js';
import type { Device } from '../../gpu/device.js';
import type { Kernel } from '../../kernels/kernel.js';
import { openModel } from '../../train/nets/open-model.js';
import { wordsOf } from '../launch-words.js';
import { trainingStep } from '../tuning/tune-model.js';
import { type Beside, timeBeside, type Workbench } from './beside.js';
import { casesAmong, checkKernel, type KernelCase, kernelsIn, kernelTable, prepare } from './check-kernel.js';
import type { CheckedCase } from './check-rung.js';
import type { Family } from './families.js';
import type { Lab } from './lab.js';
import { checkLaunchable, type UsersShader } from './users-shader.js';

/** @throws DawngradError when the shader cannot be launched as any kernel of the family, or not on this device */
export function kernelLab(device: Device, shader: UsersShader, family: Family): Lab {
  const kernels = kernelsIn(shader, family);
  if (kernels.length === 0) {
    const names = [...new Set(family.kernels.map(({ entryPoint }) => entryPoint))];
    throw new DawngradError(
      `${shader.path}: it has none of the entry points of the family: ${names.join(', ')}`,
    );
  }
  for (const kernel of kernels) checkLaunchable(shader, kernel);
  const table = kernelTable(device, family, shader);
  const isLaunched = ({ entryPoint }: Kernel) => table.some(({ launch }) => launch.entryPoint === entryPoint);
  const names = (some: readonly Kernel[]) => [...new Set(some.map(({ name }) => name))].join(', ');
  // As where a kernel is for GPUs alone.
  const idle = names(kernels.filter((kernel) => !isLaunched(kernel)));
  if (table.length === 0) throw new DawngradError(`${shader.path}: this device never launches ${idle}`);
  const check = (one: KernelCase) => checkKernel(device, one, shader, family.limit);
  return {
    what: `${names(kernels.filter(isLaunched))}${idle && `, but not ${idle}, which this device never launches`}`,
    check: async function* () {
      for (const one of table) yield await check(one);
    },
    beside: async function* (config, bench) {
      const { launches } = trainingStep(config, device, await openModel(config, device));
      for (const [count, one] of distinct(casesAmong(launches, family, shader))) {
        const checked = await check(one);
        yield checked.state === 'right' ? await beside(bench, shader, one, checked, count) : checked;
      }
    },
  };
}

/** Launches that differ, and how many there are of each. */
function distinct(cases: readonly KernelCase[]): (readonly [count: number, one: KernelCase])[] {
  const alike = new Map<string, KernelCase[]>();
  for (const one of cases) {
    const { entryPoint, values, constants } = one.launch;
    const key = JSON.stringify([entryPoint, values, constants]);
    alike.set(key, [...(alike.get(key) ?? []), one]);
  }
  return [...alike.values()].map((some) => [some.length, some[0] as KernelCase]);
}

async function beside(
  bench: Workbench,
  shader: UsersShader,
  one: KernelCase,
  { name, shape }: CheckedCase,
  count: number,
): Promise<Beside> {
  const { device } = bench;
  const { operands, ours, theirs } = prepare(device, one, shader);
  try {
    return await timeBeside(bench, {
      ...{
        name: `${name} ${wordsOf(one.launch)}`,
        shape,
        count,
        rival: name,
        share: 1,
        launches: [one.launch],
      },
      theirs: () => device.launch(theirs),
      ours: () => device.launch(ours),
    });
  } finally {
    for (const tensor of operands) tensor.dispose();
  }
}
