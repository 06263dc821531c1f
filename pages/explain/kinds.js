/** What launches and tensors are told apart by: names, and the colours that go with them. */

/** Launches, by the room of their shader. */
export const LAUNCHES = {
  products: ['products', '--series-1'],
  pools: ['pools', '--series-3'],
  normalisation: ['normalisation', '--series-5'],
  images: ['images', '--series-7'],
  optimizers: ['optimizers', '--series-4'],
  '': ['element by element, and sums', '--series-2'],
};

/** The name and the colour of what kind of kernel a launch is of. */
export const kindOfLaunch = ({ shader }) =>
  LAUNCHES[shader.includes('/') ? shader.split('/')[0] : ''] ?? LAUNCHES[''];

/** Tensors, by when they are written and needed. */
export const TENSORS = {
  kept: ['kept for the backward pass', '--series-1'],
  passing: ['needed for a few launches', '--series-3'],
  gradient: ['made on the way back', '--series-2'],
  outlives: ['outlives the step', '--series-4'],
};

/** The same of a tensor, by when it is written and needed. */
export function kindOfTensor({ writtenBy, until }, launches) {
  if (until === null) return TENSORS.outlives;
  const [birth, death] = [writtenBy, until].map((number) => launches[(number ?? 0) - 1]?.direction);
  if (birth === 'backward') return TENSORS.gradient;
  return death === 'backward' && birth === 'forward' ? TENSORS.kept : TENSORS.passing;
}

/** A launch's place in the net, in words. */
export const placeOf = ({ layer, op, direction }) => [layer, op, direction].filter(Boolean).join(' ');
