/** Numbers as texts. */

/** `3.40 %` */
export const percent = (share) => `${(100 * share).toFixed(2)} %`;

/** `63 %`, and of less than a tenth `3.4 %`: where there is little room. */
export const roughly = (share) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

/** To three digits, without needless zeros. */
export const short = (value) => {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) {
    return Number(value.toPrecision(2)).toExponential().replace('e+', 'e');
  }
  return String(Number(value.toPrecision(size >= 1000 ? Math.ceil(Math.log10(size)) : 3)));
};

/** `1,234,567` */
export const whole = (count) => count.toLocaleString('en-US');

/** `12 s`, `3.5 min`, `2.1 h` */
export function duration(seconds) {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${(seconds / 60).toFixed(1)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
