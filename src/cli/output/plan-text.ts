import type { MemoryPlan } from '../../inspect/memory-plan.js';

/** The plan as a table, in MiB. */
export const describePlan = (plan: MemoryPlan): string =>
  rowsOf(plan)
    .map((row) => `${formatRow(row)}\n`)
    .join('');

/** Memory is given in bytes; what is text already stands as it is. */
type Row = readonly [what: string, training: number | string, evaluation: number | string];

function rowsOf({ training, evaluation, ...run }: MemoryPlan): Row[] {
  const state = run.parameters + run.constants;
  return [
    ['', 'training', 'evaluation'],
    ['images a step', `${training.batch}`, `${evaluation.batch}`],
    ['kernel launches a step', `${training.launches}`, `${evaluation.launches}`],
    ['parameters', run.parameters, run.parameters],
    ['optimizer state', run.optimizerState, ''],
    ['constants and batch', run.constants + training.upload, run.constants + evaluation.upload],
    ['gradients of parameters', training.gradients, ''],
    ['activations kept for backward', training.activations, ''],
    ['workspace', training.workspace, evaluation.workspace + evaluation.activations],
    ['copies in textures', training.texels, evaluation.texels],
    ['gaps between tensors', training.gaps, evaluation.gaps],
    ['peak', run.trainingPeak, state + evaluation.total],
    ['peak with tests after each epoch', run.runPeak, ''],
  ];
}

function formatRow([what, ...cells]: Row): string {
  const columns = cells.map((cell) => (typeof cell === 'number' ? (cell / 2 ** 20).toFixed(1) : cell));
  return `${what.padEnd(34)}${columns.map((cell) => cell.padStart(12)).join('')}`.trimEnd();
}
