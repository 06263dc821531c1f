/** What the memory of a program holds while it runs. */
import type { Launch } from '../../gpu/program/launch.js';
import type { ProgramPlan, Tenant } from '../../gpu/program/plan.js';
import { wholeOf } from '../../gpu/program/recording.js';
import type { ExplainedMemory, Explanation } from './explanation.js';

/** Every tensor with its birth, its death and its place; and the launch at which most is in use. */
export function explainMemory({
  memory,
  launches,
  arenas,
  texels,
  bytes,
}: Pick<ProgramPlan<unknown>, 'memory' | 'launches' | 'arenas' | 'texels' | 'bytes'>): Explanation['memory'] {
  const firstWrite = firstWrites(launches);
  const places = new Map<unknown, Tenant & { arena: number }>();
  arenas.forEach(({ tenants }, arena) => {
    for (const tenant of tenants) places.set(tenant.memory, { ...tenant, arena });
  });
  const tensors = memory.map((one): ExplainedMemory => {
    const { label, bytes, from, until } = one;
    const place = places.get(one);
    return {
      ...{ label, bytes, from: from + 1 },
      until: Number.isFinite(until) ? until : null,
      writtenBy: firstWrite.get(one) ?? null,
      place: place ? { buffer: place.arena, offset: place.offset } : null,
    };
  });
  return {
    bytes,
    buffers: arenas.map(({ bytes }) => bytes),
    textures: texels,
    peak: peakOf(tensors, launches.length),
    tensors,
  };
}

/** By memory, the number of the launch that first writes to it. */
function firstWrites(launches: readonly Launch[]): Map<unknown, number> {
  const first = new Map<unknown, number>();
  launches.forEach(({ operands, access }, index) => {
    for (const [at, operand] of operands.entries()) {
      const whole = wholeOf(operand);
      if (access[at] === 'write' && !first.has(whole)) first.set(whole, index + 1);
    }
  });
  return first;
}

/** The launch during which most bytes are in use, the first of those. */
function peakOf(tensors: readonly ExplainedMemory[], launches: number): Explanation['memory']['peak'] {
  const isNeeded = ({ from, until }: ExplainedMemory, launch: number) =>
    from <= launch && (until === null || launch <= until);
  let peak = { launch: 0, bytes: 0 };
  for (let launch = 1; launch <= launches; launch++) {
    const bytes = tensors.reduce((sum, one) => sum + (isNeeded(one, launch) ? one.bytes : 0), 0);
    if (bytes > peak.bytes) peak = { launch, bytes };
  }
  const at = [...tensors.keys()].filter((index) => isNeeded(tensors[index]!, peak.launch));
  return { ...peak, tensors: at.sort((one, other) => tensors[other]!.bytes - tensors[one]!.bytes) };
}
