import type { LayerSummary, ModelSummary } from '../../inspect/summary.js';
import { formatShape } from '../../tensor/shape.js';
import { textTable } from './text-table.js';

const HEADINGS = ['layer', 'kind', 'output', 'parameters', 'multiply-adds', 'activation bytes'];
/** Columns from this one on are numbers, set flush right. */
const FIRST_NUMBER = 3;

/** A table of the layers, with their total. */
export function describeSummary({ layers, total }: ModelSummary): string {
  const rows = [HEADINGS, ...layers.map(rowOf), rowOf({ path: 'total', kind: '', output: [], ...total })];
  return textTable(rows, (column) => column >= FIRST_NUMBER)
    .map((line) => `${line}\n`)
    .join('');
}

const rowOf = ({ path, kind, output, ...numbers }: LayerSummary): string[] => [
  path,
  kind,
  output.length > 0 ? formatShape(output) : '',
  ...[numbers.parameters, numbers.multiplyAdds, numbers.activationBytes].map((value) =>
    value.toLocaleString('en-US'),
  ),
];
