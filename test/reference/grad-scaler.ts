// Dynamic loss scaling, as PyTorch's torch.amp.GradScaler documents it. After a step
//
//   scale = backoff scale     if a gradient was infinite or NaN; the step is skipped
//   scale = growth scale      after `interval` steps in a row that were not
//
// A growth to infinity does not happen.

export interface ScaleState {
  readonly scale: number;
  /** Steps since the scale changed or a step was skipped. */
  readonly tracker: number;
}

export interface ScaleOptions {
  readonly growth: number;
  readonly backoff: number;
  readonly interval: number;
}

export const isFinite64 = (gradients: Iterable<number>): boolean => [...gradients].every(Number.isFinite);

export function nextScale(
  { scale, tracker }: ScaleState,
  finite: boolean,
  { growth, backoff, interval }: ScaleOptions,
): ScaleState {
  if (!finite) return { scale: backoff * scale, tracker: 0 };
  if (tracker + 1 < interval) return { scale, tracker: tracker + 1 };
  const grown = growth * scale;
  return { scale: Number.isFinite(grown) ? grown : scale, tracker: 0 };
}
