import { printable } from '../../errors/show.js';

// Not `cli-table3` 0.6: it leaves blanks at the ends of lines, and turning off its 15 border strings takes more lines than this.
/**
 * Rows as lines in which columns stand below one another.
 * @param right is a column, counted from 0, set flush right?
 */
export function textTable(
  rows: readonly (readonly string[])[],
  right: (column: number) => boolean = () => false,
): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const aligned = (cell: string, column: number) =>
    right(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
  return cells.map((row) => row.map(aligned).join('  ').trimEnd());
}
