/** Figures for other programs: comma-separated values as RFC 4180 has them. */

export type Cell = string | number | undefined;

/** @param head names of the columns */
export const csv = (head: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [head, ...rows].map((row) => `${row.map(quoted).join(',')}\r\n`).join('');

const quoted = (cell: Cell): string => {
  const text = cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
