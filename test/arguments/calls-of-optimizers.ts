/** How optimizers, and what goes with them, are called, rightly and wrongly. */
import * as dawngrad from '../../src/index.js';
import { a, argumentsOn, type Call, number, options, STRANGER } from './arguments.js';

/** By public name; several calls where there are several ways. */
export function callsOfOptimizers(gpu: {
  readonly device: dawngrad.Device;
}): Readonly<Record<string, () => readonly Call[]>> {
  const { device, f32, net, parameter } = argumentsOn(gpu);
  const scaler = () => new dawngrad.GradScaler(gpu.device);
  const optimizer = () => a(new dawngrad.Adam([parameter()]), undefined, 3, STRANGER);
  const rates = [{ lr: -1 }, { lr: Number.NaN }, { lr: Number.POSITIVE_INFINITY }, { weightDecay: -1 }];
  const parameters = () =>
    a(
      [parameter()],
      undefined,
      3,
      [3],
      [dawngrad.zeros(gpu.device, [2])],
      [],
      [{ params: [parameter()], rate: 1 }],
    );
  return {
    Adam: () => [
      [
        (...args: [never, never]) => new dawngrad.Adam(...args),
        parameters(),
        options(
          { lr: 1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0, decoupled: true },
          { betas: [1, 2] },
          { betas: 0.9 },
          { eps: -1 },
          { weight_decay: 1 },
          ...rates,
        ),
      ],
      [
        (state: never) => new dawngrad.Adam([parameter()]).loadStateDict(state),
        a(
          new dawngrad.Adam([parameter()]).stateDict(),
          { ...new dawngrad.Adam([parameter()]).stateDict(), steps: [-1] },
          { ...new dawngrad.Adam([parameter()]).stateDict(), steps: [1, 2] },
          { ...new dawngrad.Adam([parameter()]).stateDict(), factor: 'x' },
          { ...new dawngrad.Adam([parameter()]).stateDict(), groups: [{ lr: -1 }] },
        ),
      ],
    ],
    SGD: () => [
      [
        (...args: [never, never]) => new dawngrad.SGD(...args),
        parameters(),
        options(
          { lr: 1, momentum: 0.9, nesterov: true, weightDecay: 0 },
          { lr: undefined },
          { momentum: 2 },
          { momentum: -1 },
          { momentum: 0 }, // with nesterov
          ...rates,
        ),
      ],
    ],
    AdamW: () => [
      [
        (...args: [never, never]) => new dawngrad.AdamW(...args),
        parameters(),
        options({ lr: 1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0 }, { decoupled: true }, ...rates),
      ],
    ],
    RMSprop: () => [
      [
        (...args: [never, never]) => new dawngrad.RMSprop(...args),
        parameters(),
        options(
          { lr: 1, alpha: 0.9, eps: 1e-8, momentum: 0.5, centered: true, weightDecay: 0 },
          { alpha: 1.5 },
          { momentum: -1 },
          { momentum: 2 },
          ...rates,
        ),
      ],
    ],
    clipGradNorm: () => [
      [
        dawngrad.clipGradNorm,
        a([parameter()], undefined, 3, [3], []),
        number(1, -1, Number.NaN),
        options({ normType: 2 }, { normType: 1 }),
      ],
    ],
    clipGradValue: () => [[dawngrad.clipGradValue, a([parameter()], undefined, 3, [3], []), number(1, -1)]],
    AveragedModel: () => [
      [
        (...args: [never, never, never]) => new dawngrad.AveragedModel(...args),
        a(net(), 3, STRANGER),
        a(net(), 3, STRANGER),
        options({ decay: 0.9 }, { decay: 1 }, { decay: -1 }),
      ],
    ],
    GradScaler: () => [
      [
        (...args: [never, never]) => new dawngrad.GradScaler(...args),
        device(),
        options(
          { initScale: 1024, growthFactor: 2, backoffFactor: 0.5, growthInterval: 100 },
          { initScale: 0 },
          { growthFactor: 1 },
          { backoffFactor: 1 },
          { growthInterval: 0.5 },
        ),
      ],
      [(loss: never) => scaler().scale(loss), f32()],
      [(optimizer: never) => scaler().unscale_(optimizer), optimizer()],
      [(optimizer: never) => scaler().step(optimizer), optimizer()],
      [
        (state: never) => scaler().loadStateDict(state),
        options(
          {
            ...{ scale: 2, lastScale: 4, growthFactor: 2, backoffFactor: 0.5, growthInterval: 100 },
            ...{ growthTracker: 3, skippedSteps: 1 },
          },
          { scale: 0 },
          { growthTracker: -1 },
          { skippedSteps: undefined },
        ),
      ],
    ],
    'schedule.step': () => [
      [
        dawngrad.schedule.step,
        options({ every: 1, gamma: 0.1 }, { every: 0 }, { gamma: 0 }, { every: undefined }),
      ],
      [dawngrad.schedule.step, options({ at: [1, 2], gamma: 0.1 }, { at: 1 }, { at: [-1] })],
    ],
    'schedule.cosine': () => [
      [dawngrad.schedule.cosine, options({ epochs: 1, end: 0 }, { epochs: 0 }, { epochs: undefined })],
    ],
    'schedule.warmUp': () => [[dawngrad.schedule.warmUp, options({ epochs: 1, start: 0 }, { epochs: -1 })]],
    'schedule.plateau': () => [
      [
        dawngrad.schedule.plateau,
        options(
          {
            patience: 1,
            gamma: 0.1,
            drops: 2,
            mode: 'max',
            threshold: 0,
            thresholdMode: 'rel',
            cooldown: 1,
            minFactor: 0.1,
          },
          { patience: 0 },
          { mode: 'most' },
        ),
      ],
    ],
  };
}
