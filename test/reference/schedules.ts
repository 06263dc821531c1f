// Learning rates by epoch 0, 1, ..., in closed form.

/** rate = lr gamma^floor(epoch / stepSize) */
export function stepRate(epoch: number, options: { lr: number; stepSize: number; gamma: number }): number {
  return options.lr * options.gamma ** Math.floor(epoch / options.stepSize);
}

/** rate = etaMin + (lr - etaMin) (1 + cos(pi epoch / tMax)) / 2, for epochs 0 ... tMax */
export function cosineRate(epoch: number, options: { lr: number; tMax: number; etaMin: number }): number {
  const { lr, tMax, etaMin } = options;
  return etaMin + ((lr - etaMin) * (1 + Math.cos((Math.PI * epoch) / tMax))) / 2;
}
