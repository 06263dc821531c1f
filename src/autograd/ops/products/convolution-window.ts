/** What the options of a convolution mean, of an op or a layer. */
import type { Rules } from '../../../errors/check-options.js';
import { ArgumentError } from '../../../errors/errors.js';
import { oneOf, type Rule, whole } from '../../../errors/rules.js';
import { type Pair, pair, WINDOW_RULES, type Window, windowOf } from '../../../tensor/shape.js';

/** Where the kernel of a convolution is applied; each number or pair is for rows and columns. */
export interface ConvolutionOptions {
  /** Elements from one window to the next (default 1). */
  stride?: Pair;
  /**
   * Zeros around the image on each side (default 0). `'valid'` is none; `'same'`, with stride 1, is as many as keep the image's size: of an
   * odd number in all, one more below and on the right.
   */
  padding?: Pair | 'same' | 'valid';
  /** Elements from one tap of the kernel to the next (default 1). */
  dilation?: Pair;
  /** How many groups there are; each output looks only at the channels of its own (default 1: at all of them). */
  groups?: number;
}

const named = oneOf('same', 'valid');
const paddingRule: Rule = (value, subject) =>
  (typeof value === 'string' ? named : WINDOW_RULES.padding)(value, subject);

/** What these must be. */
export const CONVOLUTION_RULES: Rules<ConvolutionOptions> = {
  stride: WINDOW_RULES.stride,
  padding: paddingRule,
  dilation: WINDOW_RULES.dilation,
  groups: whole(1),
};

/**
 * The window of a convolution, with PyTorch's defaults filled in.
 * @throws ArgumentError for `'same'` with a stride
 */
export function convolutionWindow(
  who: string,
  kernelSize: Pair,
  { stride = 1, padding = 0, dilation = 1 }: ConvolutionOptions,
): Window {
  if (typeof padding !== 'string') return windowOf(who, { kernelSize, stride, padding, dilation });
  const window = windowOf(who, { kernelSize, stride, dilation });
  if (padding === 'valid') return window;
  if (window.stride.some((step) => step > 1)) {
    throw new ArgumentError(
      who,
      'padding',
      "is 'same' with a stride",
      'as in PyTorch it is for stride 1; give numbers',
    );
  }
  const [taps, apart] = [pair(kernelSize), pair(dilation)];
  const both = [apart[0] * (taps[0] - 1), apart[1] * (taps[1] - 1)] as const;
  const before = [Math.floor(both[0] / 2), Math.floor(both[1] / 2)] as const;
  return { ...window, padding: before, paddingAfter: [both[0] - before[0], both[1] - before[1]] };
}

/**
 * Refuse channels that cannot be shared out to groups.
 * @throws ArgumentError
 */
export function checkGroups(who: string, groups: number, channels: Readonly<Record<string, number>>): void {
  for (const [what, count] of Object.entries(channels)) {
    if (count % groups === 0) continue;
    throw new ArgumentError(who, 'groups', `is ${groups}`, `it must divide the ${count} ${what}`);
  }
}
