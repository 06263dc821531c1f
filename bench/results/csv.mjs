/** Results for spreadsheets and other programs. */
import { csv } from '../../dist/files/csv.js';

/** Heading, and the cell below it. */
const COLUMNS = [
  ['name', ({ name }) => name],
  ['error', ({ error }) => error],
  ['least_ms', ({ times }) => times?.min],
  ['median_ms', ({ times }) => times?.median],
  ['low_ms', ({ interval }) => interval?.low],
  ['high_ms', ({ interval }) => interval?.high],
  ['turns', ({ samples }) => samples?.length],
  ['repeats', ({ repeats }) => repeats],
  ['flops', ({ cost }) => cost?.flops],
  ['bytes', ({ cost }) => cost?.bytes],
  ['gflops', ({ rate }) => rate?.gflops],
  ['gigabytes', ({ rate }) => rate?.gigabytes],
  ['percent_fma', ({ percent }) => percent?.arithmetic],
  ['percent_copy', ({ percent }) => percent?.copy],
  ['compile_ms', ({ compile }) => compile ?? undefined],
];

/** A row a result. */
export const csvOf = (results) =>
  csv(
    COLUMNS.map(([heading]) => heading),
    results.map((result) => COLUMNS.map(([, cell]) => cell(result))),
  );

/** A row a comparison: two times, their ratio, its interval, the verdict. */
export const csvOfComparison = ([before, after], rows) =>
  csv(
    ['name', `${before}_ms`, `${after}_ms`, 'ratio', 'low', 'high', 'verdict', 'error'],
    rows.map(({ name, times = [], ratio, low, high, verdict, error }) => [
      name,
      times[0],
      times[1],
      ratio,
      low,
      high,
      verdict,
      error,
    ]),
  );
