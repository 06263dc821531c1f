import { checkArgument, checkOptions } from '../errors/check-options.js';
import { list, number, object, oneOf, required, whole } from '../errors/rules.js';

/**
 * How the learning rate changes over the epochs of a run. Every group of an optimizer keeps its own rate and is multiplied
 * by the same factor: `optimizer.factor = schedule.factor(epoch)` before each epoch, or, with a fraction, before each step.
 */
export interface Schedule {
  /** The multiplier at `epoch` = 0, 1, ..., or in between. */
  factor(epoch: number): number;
  /** Tell it the value it watches, at the end of an epoch. Most schedules watch nothing. */
  observe(value: number): void;
  /** Should training stop? */
  readonly finished: boolean;
  /** What to save to go on after a restart. */
  stateDict(): Readonly<Record<string, number>>;
  /** Go on from what `stateDict` gave. */
  loadStateDict(state: Readonly<Record<string, number>>): void;
}

/** A schedule that depends on the epoch alone. */
const ofEpoch = (factor: (epoch: number) => number): Schedule => ({
  factor,
  observe() {},
  finished: false,
  stateDict: () => ({}),
  loadStateDict() {},
});

/** The rate stays what it is: a factor of 1. */
export const constant = (): Schedule => ofEpoch(() => 1);

/**
 * Multiplied by `gamma` (default 0.1) after every `every` epochs, or at each epoch listed in `at`. PyTorch's StepLR and
 * MultiStepLR.
 *
 *     step({ every: 30 });           // 1, then 0.1 from epoch 30 on, 0.01 from epoch 60 on, ...
 *     step({ at: [80, 120] });       // 1, then 0.1 from epoch 80 on, 0.01 from epoch 120 on
 *
 * @throws ArgumentError unless `every` is more than 0
 */
export function step(
  options: ({ every: number } | { at: readonly number[] }) & { gamma?: number },
): Schedule {
  const gammaRule = number({ above: 0 });
  checkArgument('step schedule', 'options', options, object);
  if ('at' in options) {
    checkOptions('step schedule', options, { at: required(list(number({ atLeast: 0 }))), gamma: gammaRule });
    const { at, gamma = 0.1 } = options;
    return ofEpoch((epoch) => gamma ** at.filter((milestone) => epoch >= milestone).length);
  }
  checkOptions('step schedule', options, { every: required(number({ above: 0 })), gamma: gammaRule });
  const { every, gamma = 0.1 } = options;
  return ofEpoch((epoch) => gamma ** Math.floor(epoch / every));
}

/**
 * From 1 to `end` along half a cosine over `epochs`, and `end` from then on. PyTorch's CosineAnnealingLR; Loshchilov &
 * Hutter, "SGDR" (ICLR 2017), equation 5, without restarts.
 * @throws ArgumentError unless `epochs` is more than 0
 */
export function cosine(options: { epochs: number; end?: number }): Schedule {
  checkOptions('cosine schedule', options, {
    epochs: required(number({ above: 0 })),
    end: number({ atLeast: 0 }),
  });
  const { epochs, end = 0 } = options;
  return ofEpoch(
    (epoch) => end + ((1 - end) * (1 + Math.cos((Math.PI * Math.min(epoch, epochs)) / epochs))) / 2,
  );
}

/**
 * Rises in a straight line from `start` to 1 over the first `epochs`, then follows another schedule, whose epochs count from
 * there. A net as deep as NIN that starts at its full rate can kill all its ReLUs in the first steps.
 *
 *     warmUp({ epochs: 1 }, cosine({ epochs: 9 })); // ten epochs
 */
export function warmUp(options: { epochs: number; start?: number }, then = constant()): Schedule {
  checkOptions('warmUp schedule', options, {
    epochs: required(number({ atLeast: 0 })),
    start: number({ atLeast: 0 }),
  });
  const { epochs, start = 0 } = options;
  return {
    factor: (epoch) =>
      epoch < epochs
        ? (start + (1 - start) * (epoch / epochs)) * then.factor(0)
        : then.factor(epoch - epochs),
    observe: (value) => then.observe(value),
    get finished() {
      return then.finished;
    },
    stateDict: () => then.stateDict(),
    loadStateDict: (state) => then.loadStateDict(state),
  };
}

/** When a plateau is one, and what follows. */
export interface PlateauOptions {
  /** Epochs without a new best value before the rate falls (default 10). */
  patience?: number;
  /** What the rate is multiplied by (default 0.1). */
  gamma?: number;
  /** How often it falls; at the plateau after that, training is finished (default 2). */
  drops?: number;
  /** Is a larger value better, as for accuracy (default), or a smaller one, as for a loss? */
  mode?: 'max' | 'min';
  /** A value must be better than the best by more than this (default 0). */
  threshold?: number;
  /** Is the threshold a difference (default), or a share of the best value? */
  thresholdMode?: 'abs' | 'rel';
  /** Epochs after each fall in which none is counted as stale (default 0). */
  cooldown?: number;
  /** The factor falls no further than to this (default 0): PyTorch's `min_lr`, divided by the rate. */
  minFactor?: number;
}

/**
 * The paper's schedule (section 4.1): train until the accuracy on the training set stops improving, divide the rate by 10,
 * and once more, so that it ends at one per cent of where it began. PyTorch's ReduceLROnPlateau, whose patience is one less: there it
 * counts the epochs that are borne with.
 */
export function plateau(options: PlateauOptions = {}): Schedule {
  checkOptions('plateau schedule', options, {
    patience: whole(1),
    gamma: number({ above: 0 }),
    drops: whole(0),
    mode: oneOf('max', 'min'),
    threshold: number({ atLeast: 0 }),
    thresholdMode: oneOf('abs', 'rel'),
    cooldown: whole(0),
    minFactor: number({ atLeast: 0 }),
  });
  const { patience = 10, gamma = 0.1, drops = 2, mode = 'max' } = options;
  const { threshold = 0, thresholdMode = 'abs', cooldown = 0, minFactor = 0 } = options;
  const sign = mode === 'max' ? 1 : -1;
  const start = { best: -Number.MAX_VALUE, stale: 0, drops: 0, resting: 0 };
  let state = { ...start };
  const toBeat = () =>
    thresholdMode === 'abs' ? state.best + threshold : state.best * (1 + sign * threshold);
  return {
    factor: () => Math.max(minFactor, gamma ** Math.min(state.drops, drops)),
    observe(value) {
      const better = sign * value > toBeat();
      const best = better ? sign * value : state.best;
      const resting = Math.max(0, state.resting - 1);
      const stale = better || state.resting > 0 ? 0 : state.stale + 1;
      state =
        stale < patience
          ? { ...state, best, stale, resting }
          : { best, stale: 0, drops: state.drops + 1, resting: cooldown };
    },
    get finished() {
      return state.drops > drops;
    },
    stateDict: () => ({ ...state }),
    loadStateDict(saved) {
      state = { ...start, ...saved };
    },
  };
}
