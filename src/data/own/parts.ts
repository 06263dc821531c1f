/** Which images are trained on and which are tested on, and in which order they are. */
import { shuffle } from '../shuffle.js';
import type { ImageList } from './image-list.js';

/** Numbers of files in a list. */
export interface Parts {
  /** In an order drawn at random, so that the first or the last of them are of all classes. */
  readonly train: readonly number[];
  /** Those of a folder of their own; where there is none for tests, it is what is tested on. */
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

export interface SplitOptions {
  /** Share of each class that is held out to test on, where the set does not say itself; 1: all of it. */
  readonly test: number;
  readonly seed: number;
}

/** How many of `count` images of a class are held out: the share, but one at least, and one at least is left to train on. */
const heldOut = (count: number, share: number): number =>
  share === 1 ? count : Math.min(count - 1, Math.max(1, Math.round(share * count)));

/** The parts of a list. The same list, share and seed give the same parts. */
export function partsOf({ files, classes }: ImageList, { test, seed }: SplitOptions): Parts {
  const order = shuffle(files.length, seed, 0);
  const of = (part: string): number[] => [...order].filter((file) => files[file]!.part === part);
  const [train, validation, tests, all] = ['train', 'validation', 'test', 'all'].map(of) as [
    number[],
    number[],
    number[],
    number[],
  ];
  if (tests.length > 0) return { train, validation, test: tests };
  if (validation.length > 0) return { train, validation: [], test: validation };
  const pool = all.length > 0 ? all : train;
  const counts = new Array<number>(classes.length).fill(0);
  for (const file of pool) counts[files[file]!.label]! += 1;
  const left = counts.map((count) => heldOut(count, test));
  const held = new Set<number>();
  for (const file of pool) {
    const { label } = files[file]!;
    if (left[label]! > 0) held.add(file);
    left[label]! -= 1;
  }
  return {
    train: pool.filter((file) => !held.has(file)),
    validation: [],
    test: pool.filter((file) => held.has(file)),
  };
}

/** Does a list say itself which images are tested on? */
export const saysParts = ({ files }: ImageList): boolean =>
  files.some(({ part }) => part === 'test' || part === 'validation');
