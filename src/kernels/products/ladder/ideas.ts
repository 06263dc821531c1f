/** Each rung's one idea: what it does that the rung it improves on does not. `dawngrad ladder matmul` measures what that gains. */
import type { MatmulVariant } from './ladder.js';

/** What a way to compute something was made for; on other devices it may lose. */
export type MadeFor = 'every device' | 'GPUs' | 'CPUs' | 'every layout';

/** A rung's idea. */
export interface Idea {
  /** In one sentence, without its full stop. */
  readonly idea: string;
  /** The rung that it improves on. */
  readonly after?: MatmulVariant;
  /** CPUs are those that play GPU, by a software driver. */
  readonly madeFor: MadeFor;
}

export const IDEAS: Readonly<Record<MatmulVariant, Idea>> = {
  naive: {
    idea: 'a thread for each element of c, which loads two numbers for each multiply-add',
    madeFor: 'every device',
  },
  specification: {
    idea: 'the same for every stride, window and epilogue',
    after: 'naive',
    madeFor: 'every layout',
  },
  tiled: {
    idea: 'a workgroup shares what it loads, in memory of its own',
    after: 'naive',
    madeFor: 'every device',
  },
  register64: {
    idea: 'a thread keeps 8 x 8 sums in registers, and uses each number that it loads eight times',
    after: 'tiled',
    madeFor: 'every device',
  },
  register128: {
    idea: 'tiles of 128 rows load b less often',
    after: 'register64',
    madeFor: 'GPUs',
  },
  vectorised64: {
    idea: 'four numbers at a time from and to storage',
    after: 'register64',
    madeFor: 'GPUs',
  },
  vectorised64narrow: {
    idea: 'tiles of 64 columns are enough workgroups for a small product',
    after: 'vectorised64',
    madeFor: 'GPUs',
  },
  vectorised96: { idea: 'tiles of 96 rows fit 96 maps', after: 'vectorised64', madeFor: 'GPUs' },
  vectorised128: { idea: 'tiles of 128 rows fit 128 maps', after: 'vectorised64', madeFor: 'GPUs' },
  vectorised160: { idea: 'tiles of 160 rows fit 160 maps', after: 'vectorised64', madeFor: 'GPUs' },
  haloed: {
    idea: 'a piece of an image stays in the memory of a workgroup, where all taps of a window find it',
    after: 'vectorised64',
    madeFor: 'GPUs',
  },
  half: {
    idea: 'what a workgroup shares is rounded to half precision, and takes half the room',
    after: 'register64',
    madeFor: 'GPUs',
  },
  matrixUnits64narrow: {
    idea: 'tiles of 64 columns are enough workgroups for a small product',
    after: 'matrixUnits64',
    madeFor: 'GPUs',
  },
  matrixUnits64: {
    idea: 'matrix units multiply 16 x 16 halves in one go',
    after: 'half',
    madeFor: 'GPUs',
  },
  matrixUnits64shallow: {
    idea: 'slices of 16 terms, not 32, take less memory of a workgroup',
    after: 'matrixUnits64',
    madeFor: 'GPUs',
  },
  matrixUnits128: { idea: 'tiles of 128 rows load b less often', after: 'matrixUnits64', madeFor: 'GPUs' },
  matrixUnits128shallow: {
    idea: 'slices of 16 terms, not 32, take less memory of a workgroup',
    after: 'matrixUnits128',
    madeFor: 'GPUs',
  },
  matrixUnits192: { idea: 'tiles of 192 rows fit 192 maps', after: 'matrixUnits128', madeFor: 'GPUs' },
  matrixUnits128wide: {
    idea: 'tiles of 256 columns load a less often',
    after: 'matrixUnits128',
    madeFor: 'GPUs',
  },
  haloedUnits: {
    idea: 'pixels with their channels side by side in the memory of a workgroup are matrices wherever a tap of a window begins',
    after: 'matrixUnits64',
    madeFor: 'GPUs',
  },
  splitUnits64: {
    idea: 'each operand is the sum of two halves, so that three products of matrix units round hardly anything',
    after: 'matrixUnits64',
    madeFor: 'GPUs',
  },
  splitUnits64shallow: {
    idea: 'slices of 16 terms, not 32, take less memory of a workgroup',
    after: 'splitUnits64',
    madeFor: 'GPUs',
  },
  splitUnits128: { idea: 'tiles of 128 rows load b less often', after: 'splitUnits64', madeFor: 'GPUs' },
  broadcast16: {
    idea: 'a subgroup hands rows of a from lane to lane, and needs no memory of the workgroup for them',
    after: 'register64',
    madeFor: 'CPUs',
  },
  broadcast32: {
    idea: 'tiles of 32 rows use each number of b twice as often',
    after: 'broadcast16',
    madeFor: 'CPUs',
  },
  broadcast64: {
    idea: 'tiles of 64 rows do so again, as far as registers last',
    after: 'broadcast32',
    madeFor: 'CPUs',
  },
  stacked32: {
    idea: 'columns one above the other in an image share rows of a window',
    after: 'broadcast32',
    madeFor: 'CPUs',
  },
  stacked64: { idea: 'the same in tiles of 64 rows', after: 'broadcast64', madeFor: 'CPUs' },
  texels32: {
    idea: 'operands are copied to textures first, from which a driver reads four numbers by one instruction',
    after: 'broadcast32',
    madeFor: 'CPUs',
  },
  texels16: { idea: 'tiles of 16 rows waste less on few', after: 'texels32', madeFor: 'CPUs' },
};
