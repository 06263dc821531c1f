/** Figures for other programs: comma-separated values as RFC 4180 has them. */
import { stringify } from 'csv-stringify/sync';

/** What a cell holds; undefined leaves it empty. */
export type Cell = string | number | undefined;

/**
 * A table as text.
 * @param head names of the columns
 */
export const csv = (head: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  // A cell that holds half of a line end is quoted too.
  stringify(
    [head, ...rows].map((row) => [...row]),
    { record_delimiter: 'windows', quoted_match: /[\r\n]/ },
  );
