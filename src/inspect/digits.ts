/**
 * A number to three digits, without an exponent: as tables of measurements have them. What would be all noughts, and is not nothing,
 * says less than what.
 */
export function digits(value: number): string {
  if (value > 0 && value < 0.0005) return '<0.001';
  if (value === 0 || value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}
