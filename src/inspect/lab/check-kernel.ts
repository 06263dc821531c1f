/** Holds a user's shader to a kernel of the engine: launched on the same numbers, both must write the same. */
import type { Device } from '../../gpu/device.js';
import type { Launch } from '../../gpu/program/launch.js';
import type { Kernel } from '../../kernels/kernel.js';
import { formatShape, type Shape, sizeOf } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { BEYOND, bothWrite } from './both-write.js';
import type { CheckedCase } from './check-rung.js';
import { compare } from './compare.js';
import type { Family } from './families.js';
import { type Asked, makerFor } from './special-operands.js';
import { declares, hasEntryPoint, type UsersShader } from './users-shader.js';

/** A launch of a kernel that some work makes, and what to call it. */
export interface KernelCase extends Asked {
  readonly name: string;
  readonly launch: Launch;
}

/** Everything that a family is checked over, as far as the shader takes part in it. Nothing is computed. */
export const kernelTable = (device: Device, family: Family, shader: UsersShader): KernelCase[] =>
  Object.entries(family.works(device)).flatMap(([shape, work]) => {
    const { launches } = device.plan(() => tidy(device, work));
    return casesAmong(launches, family, shader).flatMap(({ launch, ...one }) => {
      const name = `${one.name} ${shape}`;
      return [
        { name, launch },
        { name: `${name}, with ties, NaN and infinities`, launch, special: true },
      ];
    });
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
  /** Flat, and each with a strip behind its end that is not the kernel's. */
  readonly operands: readonly Tensor[];
  readonly shapes: readonly Shape[];
  readonly ours: Launch;
  readonly theirs: Launch;
}

/** Operands for a launch. They are to be disposed of. */
export function prepare(device: Device, one: KernelCase, shader: UsersShader): Prepared {
  const { launch } = one;
  const make = makerFor(one);
  const shapes = (launch.owners as readonly Tensor[]).map(({ shape }) => shape);
  const operands = (launch.owners as readonly Tensor[]).map(({ size, dtype }, index) =>
    make(device, [size + BEYOND], dtype, index + 1),
  );
  const ours = { ...launch, owners: operands, operands: operands.map(({ memory }) => memory) };
  const known = Object.entries(launch.constants).filter(([name]) => declares(shader, name));
  return {
    operands,
    shapes,
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
  const { operands, shapes, ours, theirs } = prepare(device, one, shader);
  try {
    const shape = shapes.map(formatShape).join(', ');
    const results = [...operands.keys()].filter((index) => ours.access[index] === 'write');
    const { expected, got } = await bothWrite(
      results.map((index) => operands[index] as Tensor),
      () => device.launch(ours),
      () => device.launch(theirs),
    );
    const compared = results.map((operand, index) => ({
      operand,
      ...compare(expected[index]!, got[index]!, limit),
    }));
    const worst = Math.max(...compared.map(({ worst }) => worst));
    const wrong = compared.find(({ error }) => error !== undefined);
    if (!wrong?.error) return { name: one.name, shape, state: 'right', worst };
    const element = `${ours.bindings?.[wrong.operand]}${placeIn(shapes[wrong.operand]!, wrong.error.position)}`;
    return { name: one.name, shape, state: 'wrong', worst, error: { ...wrong.error, element } };
  } finally {
    for (const tensor of operands) tensor.dispose();
  }
}

/** The index along each axis of an element, `[0, 3]`, or how far behind the end it lies. */
function placeIn(shape: Shape, position: number): string {
  const size = sizeOf(shape);
  if (position >= size) return `, ${position - size + 1} behind its end`;
  let rest = position;
  const place = shape.toReversed().map((length) => {
    const index = rest % length;
    rest = Math.floor(rest / length);
    return index;
  });
  return formatShape(place.toReversed());
}
