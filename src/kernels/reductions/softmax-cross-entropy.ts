import { ShapeError } from '../../errors/errors.js';
import { checkOneDevice } from '../../tensor/check.js';
import { formatShape, sameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { checkDType, checkFloats } from '../check.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { sumOver } from './reduce.js';

const params = { rows: 'u32', classes: 'u32', ignored: 'u32', divisor: 'u32', smoothing: 'f32' } as const;

/** The loss of each row, whether its largest logit is the right one, and what the way back needs. */
export const softmaxCrossEntropyForward = defineKernel({
  name: 'softmaxCrossEntropy.forward',
  shader: 'reductions/softmax_cross_entropy.wgsl',
  entryPoint: 'forward',
  bindings: {
    logits: 'read',
    labels: 'read',
    loss: 'write',
    correct: 'write',
    statistics: 'write',
    weight: 'read',
  },
  storage: { Stored: ['logits'] },
  params,
  grid: ({ rows }) => linearGrid(rows),
  cost: ({ rows, classes }, { Stored }) => ({
    flops: 4 * rows * classes,
    bytes: rows * (Stored * classes + 4 * 5),
  }),
});

/** dlogits = dloss / rows (softmax(logits) - [the label]). */
export const softmaxCrossEntropyBackward = defineKernel({
  name: 'softmaxCrossEntropy.backward',
  shader: 'reductions/softmax_cross_entropy.wgsl',
  entryPoint: 'backward',
  bindings: {
    logits: 'read',
    labels: 'read',
    saved_statistics: 'read',
    loss_gradient: 'read',
    logits_gradient: 'write',
    weight: 'read',
    sum_of_weights: 'read',
  },
  storage: { Stored: ['logits', 'logits_gradient'] },
  params,
  grid: ({ rows, classes }) => linearGrid(rows * classes),
  cost: ({ rows, classes }, { Stored }) => ({
    flops: 5 * rows * classes,
    bytes: rows * (Stored * 2 * classes + 4 * 3),
  }),
});

/** How much each row counts in a mean. */
export const softmaxCrossEntropyCount = defineKernel({
  name: 'softmaxCrossEntropy.count',
  shader: 'reductions/softmax_cross_entropy.wgsl',
  entryPoint: 'count',
  bindings: { all_labels: 'read', counted: 'write', class_weight: 'read' },
  params,
  grid: ({ rows }) => linearGrid(rows),
  cost: ({ rows }) => elementCost(2 * rows),
});

/** What the forward pass finds out about each row of the logits. */
export interface RowResults {
  /** Cross-entropy, `[N]`. */
  readonly loss: Tensor;
  /** 1 where the largest logit is the label's, the first one of equals; else 0; `[N]`. */
  readonly correct: Tensor;
  /** Largest logit, and the sum of exponentials after subtracting it: what the backward pass needs; `[N, 2]`. */
  readonly statistics: Tensor;
}

/** What the rows are held against besides their labels. */
export interface Targets {
  /** The label of rows that cost nothing and are not correct; left out, there is none. */
  readonly ignored?: number | undefined;
  /** Share of the probability that is spread over all classes (default 0). */
  readonly smoothing?: number | undefined;
  /** f32 `[K]`: how much each class counts (default: all the same, 1). */
  readonly weight?: Tensor | undefined;
}

/** The same as the shader takes it. */
const taking = ({ ignored, smoothing = 0, weight }: Targets) =>
  ({
    params: { ignored: ignored ?? 0, smoothing },
    constants: {
      IGNORING: ignored !== undefined,
      SMOOTHING: smoothing > 0,
      ...(weight && { WEIGHTED: true }),
    },
  }) as const;

/**
 * Cross-entropy of softmax(logits) for each row: logits `[N, K]`, labels `[N]` of type u32.
 * @param targets what the labels do not say
 * @throws ShapeError for other shapes, or no elements; ArgumentError for other types
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor, targets: Targets = {}): RowResults {
  checkFloats('crossEntropy', 'logits', logits);
  checkDType('crossEntropy', 'labels', labels, 'u32');
  checkOneDevice('crossEntropy', { logits, labels });
  const [rows, classes] = logits.shape;
  if (logits.rank !== 2 || labels.rank !== 1 || labels.size !== rows || logits.size === 0) {
    throw new ShapeError(
      'crossEntropy',
      `logits ${formatShape(logits.shape)} and labels ${formatShape(labels.shape)}; ` +
        'expected logits [N, K] and labels [N], N and K at least 1',
    );
  }
  if (targets.weight) {
    checkDType('crossEntropy', 'weight', targets.weight);
    checkOneDevice('crossEntropy', { logits, weight: targets.weight });
    if (!sameShape(targets.weight.shape, [classes])) {
      const shape = formatShape(targets.weight.shape);
      throw new ShapeError('crossEntropy', `weight ${shape} for ${classes} classes, expected [${classes}]`);
    }
  }
  const { device } = logits;
  const loss = new Tensor(device, [rows]);
  const correct = new Tensor(device, [rows]);
  const statistics = new Tensor(device, [rows, 2]);
  const { params, constants } = taking(targets);
  launch(
    softmaxCrossEntropyForward,
    { logits, labels, loss, correct, statistics, weight: targets.weight },
    { rows, classes, ...params, divisor: 1 },
    constants,
  );
  return { loss, correct, statistics };
}

/** How much each row counts, `[N]`: as its class's weight says, 1 where there is none, 0 where it is ignored. */
export function countedRows(labels: Tensor, targets: Targets): Tensor {
  const [rows] = labels.shape;
  const counted = new Tensor(labels.device, [rows]);
  const { params, constants } = taking(targets);
  const { weight } = targets;
  const sizes = { rows, classes: weight?.size ?? 0, divisor: 1 };
  launch(
    softmaxCrossEntropyCount,
    { all_labels: labels, counted, class_weight: weight },
    { ...params, ...sizes },
    constants,
  );
  return counted;
}

/**
 * The gradient at the logits, `[N, K]`, from that of the loss on the device: a scalar, or `[N]`, one for each row.
 * @param divisor the rows of a mean loss; 1 for the gradient of their sum
 * @param targets those of the forward pass
 */
export function softmaxCrossEntropyGradient(
  logits: Tensor,
  labels: Tensor,
  statistics: Tensor,
  lossGradient: Tensor,
  divisor: number,
  targets: Targets = {},
): Tensor {
  const [rows, classes] = logits.shape;
  const logitsGradient = new Tensor(logits.device, logits.shape, logits.dtype);
  const { params, constants } = taking(targets);
  const { weight, smoothing = 0 } = targets;
  const sum = weight && smoothing > 0 ? sumOver(weight, [0]) : undefined;
  launch(
    softmaxCrossEntropyBackward,
    {
      logits,
      labels,
      saved_statistics: statistics,
      loss_gradient: lossGradient,
      logits_gradient: logitsGradient,
      weight,
      sum_of_weights: sum,
    },
    { rows, classes, ...params, divisor },
    { ...constants, ...(lossGradient.rank === 1 && { EACH: true }) },
  );
  sum?.dispose();
  return logitsGradient;
}
