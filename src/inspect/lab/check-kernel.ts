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
  /** What wrote the integers that it reads, by operand: of them, random ones would mean nothing. */
  readonly writers: Readonly<Record<number, Launch>>;
}

/** Everything that a family is checked over, as far as the shader takes part in it. Nothing is computed. */
export const kernelTable = (device: Device, family: Family, shader: UsersShader): KernelCase[] =>
  Object.entries(family.works(device)).flatMap(([shape, work]) => {
    const { launches } = device.plan(() => tidy(device, work));
    return casesAmong(launches, family, shader).flatMap((one) => {
      const name = `${one.name} ${shape}`;
      return [
        { ...one, name },
        { ...one, name: `${name}, with ties, NaN and infinities`, special: true },
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
    .map((launch) => ({ name: launch.label, launch, writers: writersAmong(launches, launch) }));
};

/** Such as the positions of maxima, which the way back through a max pool reads. */
function writersAmong(launches: readonly Launch[], { owners = [], access }: Launch): KernelCase['writers'] {
  const writerOf = (owner: object) =>
    launches.find(({ owners = [], access }) => access[owners.indexOf(owner)] === 'write');
  return Object.fromEntries(
    owners.flatMap((owner, index) => {
      const writer = access[index] === 'read' && (owner as Tensor).dtype === 'u32' && writerOf(owner);
      return writer ? [[index, writer]] : [];
    }),
  );
}

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
  const { launch, writers } = one;
  const shapes = (launch.owners as readonly Tensor[]).map(({ shape }) => shape);
  const operands = (launch.owners as readonly Tensor[]).map((owner, index) => {
    const writer = writers[index];
    return writer ? writtenBy(device, writer, owner, one) : made(device, owner, index, one);
  });
  const ours = on(operands, launch);
  const known = Object.entries(launch.constants).filter(([name]) => declares(shader, name));
  return {
    operands,
    shapes,
    ours,
    theirs: { ...ours, shader: shader.address, constants: Object.fromEntries(known) },
  };
}

const made = (device: Device, { size, dtype }: Tensor, index: number, asked: Asked): Tensor =>
  makerFor(asked)(device, [size + BEYOND], dtype, index + 1);

const on = (operands: readonly Tensor[], launch: Launch): Launch => ({
  ...launch,
  owners: operands,
  operands: operands.map(({ memory }) => memory),
});

/** What the engine's launch leaves in one of its operands, with numbers in the others. */
function writtenBy(device: Device, writer: Launch, owner: Tensor, asked: Asked): Tensor {
  const owners = writer.owners as readonly Tensor[];
  const operands = owners.map((operand, index) => made(device, operand, index, asked));
  device.launch(on(operands, writer));
  const written = owners.indexOf(owner);
  for (const other of operands.toSpliced(written, 1)) other.dispose();
  return operands[written] as Tensor;
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
