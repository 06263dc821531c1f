import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commandOf, OURS } from '../../../bench/peers/engines.mjs';
import { differs, rowsOf } from '../../../bench/peers/report.mjs';
import { EXACT, PRECISIONS } from '../../../bench/precisions.mjs';

const MAIN = fileURLToPath(new URL('../../../bench/peers/main.mjs', import.meta.url));
const ROUNDED = PRECISIONS.at(-1);

describe('npm run bench:peers', () => {
  it('gives ours the precision that was asked for', () => {
    expect(commandOf(OURS, ROUNDED).command.at(-1)).toBe(ROUNDED);
  });

  it('refuses a precision that there is not, in one line', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--precision', 'double'], {
      encoding: 'utf8',
    });
    const message = `--precision double: not ${PRECISIONS.join(' or ')}\n`;
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: message });
  });

  it('holds who rounds to halves to what that allows, and nobody else', () => {
    const measured = (loss: number) => ({ first: 1, times: [1], losses: [loss], sample: null });
    const different = (loss: number, precision?: string) =>
      rowsOf(
        { flops: 1 },
        new Map([
          [OURS, measured(2)],
          ['pytorch-cuda', measured(loss)],
          ['pytorch-amp', measured(loss)],
        ]),
        precision,
      )
        .filter(differs)
        .map(({ engine }: { engine: string }) => engine);
    expect(different(2.001)).toEqual([]);
    expect(different(2.01)).toEqual(['pytorch-cuda']);
    expect(different(2.01, EXACT)).toEqual(['pytorch-cuda']);
    expect(different(2.01, ROUNDED)).toEqual([]);
    expect(different(2.03)).toEqual(['pytorch-cuda', 'pytorch-amp']);
    expect(different(Number.NaN, ROUNDED)).toEqual(['pytorch-cuda', 'pytorch-amp']);
  });
});
