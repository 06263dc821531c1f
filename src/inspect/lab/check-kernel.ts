/** Holds a user's shader to a kernel of the engine: launched on the same numbers, both must write the same. */
import type { Device } from '../../gpu/device.js';
import type { Launch } from '../../gpu/program/launch.js';
import type { Kernel } from '../../kernels/kernel.js';
import { formatShape, type Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { copyOf, copyTo, randomTensor } from '../tuning/random-operands.js';
import type { CheckedCase } from './check-rung.js';
import { compare } from './compare.js';
import type { Family } from './families.js';
import { declares, hasEntryPoint, type UsersShader } from './users-shader.js';

/** A launch of a kernel that some work makes, and what to call it. */
export interface KernelCase {
  readonly name: string;
  readonly launch: Launch;
}

/** Everything that a family is checked over, as far as the shader takes part in it. Nothing is computed. */
export const kernelTable = (device: Device, family: Family, shader: UsersShader): KernelCase[] =>
  Object.entries(family.works(device)).flatMap(([shape, work]) => {
    const { launches } = device.plan(() => tidy(device, work));
    return casesAmong(launches, family, shader).map((one) => ({ ...one, name: `${one.name} ${shape}` }));
  });

/** The launches that the shader can take the place of. */
export const casesAmong = (
  launches: readonly Launch[],
  family: Family,
  shader: UsersShader,
): KernelCase[] => {
  const entryPoints = kernelsIn(shader, family).map(({ entryPoint }) => entryPoint);
  return launches
    .filter((launch) => launch.shader === family.shader && entryPoints.includes(launch.entryPoint))
    .map((launch) => ({ name: launch.label, launch }));
};

/** The kernels of a family that the shader has an entry point for. */
export const kernelsIn = ({ text }: UsersShader, { kernels }: Family): readonly Kernel[] =>
  kernels.filter(({ entryPoint }) => hasEntryPoint(text, entryPoint));

/** A launch with numbers to compute on, by the engine's kernel and by the user's. */
export interface Prepared {
  readonly operands: readonly Tensor[];
  readonly ours: Launch;
  readonly theirs: Launch;
}

/** Random operands for a launch. They are to be disposed of. */
export function prepare(device: Device, { launch }: KernelCase, shader: UsersShader): Prepared {
  const operands = (launch.owners as readonly Tensor[]).map(({ shape, dtype }, index) =>
    randomTensor(device, shape, dtype, index + 1),
  );
  const ours = { ...launch, owners: operands, operands: operands.map(({ memory }) => memory) };
  const known = Object.entries(launch.constants).filter(([name]) => declares(shader, name));
  return {
    operands,
    ours,
    theirs: { ...ours, shader: shader.address, constants: Object.fromEntries(known) },
  };
}

/**
 * Check a launch.
 * @param limit how far apart two elements may be; 0: not at all
 */
export async function checkKernel(
  device: Device,
  one: KernelCase,
  shader: UsersShader,
  limit: number,
): Promise<CheckedCase> {
  const { operands, ours, theirs } = prepare(device, one, shader);
  const before = operands.map(copyOf);
  const written = async (launch: Launch) => {
    // What a kernel leaves out must not be found right because another has done it.
    operands.forEach((operand, index) => {
      copyTo(before[index] as Tensor, operand);
    });
    device.launch(launch);
    const results = operands.filter((_, index) => launch.access[index] === 'write');
    return Promise.all(results.map((result) => result.toArray()));
  };
  try {
    const shape = operands.map(({ shape }) => formatShape(shape)).join(', ');
    const [expected, got] = [await written(ours), await written(theirs)];
    const results = [...operands.keys()].filter((index) => ours.access[index] === 'write');
    const compared = results.map((operand, index) => ({
      operand,
      ...compare(expected[index] as Float32Array, got[index] as Float32Array, limit),
    }));
    const worst = Math.max(...compared.map(({ worst }) => worst));
    const wrong = compared.find(({ error }) => error !== undefined);
    if (!wrong?.error) return { name: one.name, shape, state: 'right', worst };
    const place = placeIn((operands[wrong.operand] as Tensor).shape, wrong.error.position);
    const element = `${ours.bindings?.[wrong.operand]}[${place.join(', ')}]`;
    return { name: one.name, shape, state: 'wrong', worst, error: { ...wrong.error, element } };
  } finally {
    for (const tensor of [...operands, ...before]) tensor.dispose();
  }
}

/** The index along each axis of an element. */
function placeIn(shape: Shape, position: number): number[] {
  let rest = position;
  const place = shape.toReversed().map((length) => {
    const index = rest % length;
    rest = Math.floor(rest / length);
    return index;
  });
  return place.toReversed();
}
