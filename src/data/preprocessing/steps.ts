import { globalContrast } from '../../kernels/images/global-contrast.js';
import { localContrast } from '../../kernels/images/local-contrast.js';
import type { StepSpec } from './spec.js';
import { standardise } from './standardise.js';
import { learnsNothing, type StepKind } from './step.js';
import { zca } from './whitening.js';

/** Every step that a spec can name. Images enter the first as numbers in 0..1. */
const KINDS: { readonly [Name in StepSpec['name']]: StepKind<Extract<StepSpec, { name: Name }>> } = {
  scale: { ...learnsNothing, apply: (x) => x },
  standardise,
  gcn: { ...learnsNothing, apply: (x, { scale }) => globalContrast(x, scale) },
  zca,
  lcn: { ...learnsNothing, apply: (x, { size, sigma }) => localContrast(x, { size, sigma }) },
};

/** The kind of a step; takes specs of that name only, which TypeScript cannot see. */
export const kindOf = ({ name }: StepSpec): StepKind<StepSpec> => KINDS[name] as StepKind<StepSpec>;
