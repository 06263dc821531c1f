/**
 * Values as PyTorch prints them: columns that line up, four digits behind the point, powers of ten where numbers are too far apart, and
 * of more than a thousand elements the first and last three along each axis.
 */
import { type Shape, sizeOf } from './shape.js';

type Values = Float32Array | Uint32Array;

/** More elements than this are shown in part. */
const MOST = 1000;

/** Elements at either end of an axis that are shown then. */
const EDGE = 3;

/** Characters of a line. */
const LINE = 80;

const DIGITS = 4;

const isCut = (length: number): boolean => length > 2 * EDGE;

/** The lengths of what is shown of a tensor. */
const shownShape = (shape: Shape): Shape =>
  sizeOf(shape) > MOST ? shape.map((length) => (isCut(length) ? 2 * EDGE : length)) : shape;

/** A copy of those values that are shown, in row-major order. */
export function shownOf(values: Values, shape: Shape): Values {
  const shown = shownShape(shape);
  if (sizeOf(shown) === values.length) return values.slice();
  const kept = values.slice(0, sizeOf(shown));
  return kept.map((_, position) => {
    let [rest, stride, at] = [position, 1, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number;
      const count = shown[axis] as number;
      const index = rest % count;
      at += stride * (index < EDGE ? index : index + length - count);
      stride *= length;
      rest = (rest - index) / count;
    }
    return values[at] as number;
  });
}

/**
 * The values of a tensor in nested brackets.
 * @param shown what `shownOf` kept of them
 * @param indent characters before the first bracket, which the other lines begin with too
 */
export function bracketed(shown: Values, shape: Shape, indent: number): string {
  if (shown.length === 0) return '[]';
  const text = shown instanceof Uint32Array ? wholeNumbers(shown) : floats(shown);
  const words = [...shown].map(text);
  const width = Math.max(...words.map(({ length }) => length));
  const perLine = Math.max(1, Math.floor((LINE - indent) / (width + 2)));
  const part = sizeOf(shape) > MOST;
  const lengths = shownShape(shape);

  const level = (axis: number, begin: number): string => {
    if (axis === shape.length) return words[begin] as string;
    const size = sizeOf(lengths.slice(axis + 1));
    const items = Array.from({ length: lengths[axis] as number }, (_, i) =>
      level(axis + 1, begin + i * size),
    );
    const isRow = axis === shape.length - 1;
    if (part && isCut(shape[axis] as number)) items.splice(EDGE, 0, isRow ? ' ...' : '...');
    const margin = ' '.repeat(indent + axis + 1);
    if (!isRow) return `[${items.join(`,${'\n'.repeat(shape.length - axis - 1)}${margin}`)}]`;
    const lines = Array.from({ length: Math.ceil(items.length / perLineAt(axis)) }, (_, line) =>
      items.slice(line * perLineAt(axis), (line + 1) * perLineAt(axis)).join(', '),
    );
    return `[${lines.join(`,\n${margin}`)}]`;
  };
  const perLineAt = (axis: number): number =>
    axis === 0 ? perLine : Math.max(1, Math.floor((LINE - indent - axis) / (width + 2)));
  return level(0, 0);
}

function wholeNumbers(values: Values): (value: number) => string {
  const width = Math.max(...[...values].map((value) => String(value).length));
  return (value) => String(value).padStart(width);
}

/** How all floats of a tensor are written, which depends on the smallest and the largest of them. */
function floats(values: Values): (value: number) => string {
  const plain = [...values].filter((value) => Number.isFinite(value) && value !== 0);
  const sizes = plain.map(Math.abs);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const whole = plain.every(Number.isInteger);
  const far = plain.length > 0 && (most / least > 1000 || most > 1e8 || (!whole && least < 1e-4));
  const finite = far
    ? withExponent
    : whole
      ? (value: number) => `${fixed(value, 0)}.`
      : (value: number) => fixed(value, DIGITS);
  const text = (value: number) => (Number.isFinite(value) ? finite(value) : notFinite(value));
  const width = Math.max(1, ...plain.map((value) => text(value).length));
  return (value) => text(value).padStart(width);
}

const notFinite = (value: number): string => (Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf');

const signOf = (value: number): string => (value < 0 || Object.is(value, -0) ? '-' : '');

/** Half of the way between two goes to the even one, as in C. */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** A single-precision number with this many digits behind the point; times ten thousand it is exact in double precision. */
function fixed(value: number, digits: number): string {
  const units = String(roundToEven(Math.abs(value) * 10 ** digits)).padStart(digits + 1, '0');
  const point = units.length - digits;
  return `${signOf(value)}${units.slice(0, point)}${digits > 0 ? `.${units.slice(point)}` : ''}`;
}

/** As 1.2346e-05. */
function withExponent(value: number): string {
  // With 60 digits it is seen whether a number lies half-way.
  const [mantissa = '', exponent = ''] = Math.abs(value).toExponential(60).split('e');
  const units = mantissa.replace('.', '');
  const kept = roundToEven(Number(`${units.slice(0, DIGITS + 1)}.${units.slice(DIGITS + 1)}`));
  const carried = kept === 10 ** (DIGITS + 1);
  const text = String(carried ? kept / 10 : kept).padStart(DIGITS + 1, '0');
  const power = Number(exponent) + Number(carried);
  const ten = `${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return `${signOf(value)}${text[0]}.${text.slice(1)}e${ten}`;
}
