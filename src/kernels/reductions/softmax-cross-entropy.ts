import { ShapeError } from '../../errors/errors.js';
import { checkOneDevice } from '../../tensor/check.js';
import { formatShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { checkDType, checkFloats } from '../check.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';

const params = { rows: 'u32', classes: 'u32', ignored: 'u32', divisor: 'u32', smoothing: 'f32' } as const;

/** The loss of each row, whether its largest logit is the right one, and what the way back needs. */
export const softmaxCrossEntropyForward = defineKernel({
  name: 'softmaxCrossEntropy.forward',
  shader: 'reductions/softmax_cross_entropy.wgsl',
  entryPoint: 'forward',
  bindings: { logits: 'read', labels: 'read', loss: 'write', correct: 'write', statistics: 'write' },
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
  },
  storage: { Stored: ['logits', 'logits_gradient'] },
  params,
  grid: ({ rows, classes }) => linearGrid(rows * classes),
  cost: ({ rows, classes }, { Stored }) => ({
    flops: 5 * rows * classes,
    bytes: rows * (Stored * 2 * classes + 4 * 3),
  }),
});

export const softmaxCrossEntropyCount = defineKernel({
  name: 'softmaxCrossEntropy.count',
  shader: 'reductions/softmax_cross_entropy.wgsl',
  entryPoint: 'count',
  bindings: { all_labels: 'read', counted: 'write' },
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
}

/** The same as the shader takes it. */
const taking = ({ ignored, smoothing = 0 }: Targets) =>
  ({
    params: { ignored: ignored ?? 0, smoothing },
    constants: { IGNORING: ignored !== undefined, SMOOTHING: smoothing > 0 },
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
  const { device } = logits;
  const loss = new Tensor(device, [rows]);
  const correct = new Tensor(device, [rows]);
  const statistics = new Tensor(device, [rows, 2]);
  const { params, constants } = taking(targets);
  launch(
    softmaxCrossEntropyForward,
    { logits, labels, loss, correct, statistics },
    { rows, classes, ...params, divisor: 1 },
    constants,
  );
  return { loss, correct, statistics };
}

/** 1 for each row whose label is not the ignored one, else 0: `[N]`. */
export function countedRows(labels: Tensor, ignored: number): Tensor {
  const [rows] = labels.shape;
  const counted = new Tensor(labels.device, [rows]);
  launch(
    softmaxCrossEntropyCount,
    { all_labels: labels, counted },
    { rows, classes: 0, ignored, divisor: 1, smoothing: 0 },
  );
  return counted;
}

/**
 * The gradient at the logits, `[N, K]`, from that of the loss, a scalar on the device.
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
  launch(
    softmaxCrossEntropyBackward,
    {
      logits,
      labels,
      saved_statistics: statistics,
      loss_gradient: lossGradient,
      logits_gradient: logitsGradient,
    },
    { rows, classes, ...params, divisor },
    constants,
  );
  return logitsGradient;
}
