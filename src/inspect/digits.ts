/** A number to three digits, without an exponent: as tables of measurements have them. */
export const digits = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
