import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRuns } from '../../../src/inspect/report/run-record.js';
import { takeRun } from '../../../src/train/run/run-claim.js';
import { RunError } from '../../../src/train/run/run-error.js';
import { useFreshDirectory } from '../../support/directory.js';
import { writeRun } from './written-run.js';

const directory = useFreshDirectory();

describe('the runs of a report', () => {
  it('are named after their directories, and where two would be called alike, after their paths', () => {
    const [a, b] = ['a', 'b'].map((name) => writeRun(directory.path, name));
    expect(readRuns([a!, `${b}/`]).map(({ name }) => name)).toEqual(['a', 'b']);
    const other = writeRun(directory.file('other'), 'a');
    expect(readRuns([a!, other]).map(({ name }) => name)).toEqual([a, other]);
  });

  it('are each shown once', () => {
    const path = writeRun(directory.path, 'a');
    expect(readRuns([path, join(path, '..', 'a')])).toHaveLength(1);
  });

  it('are followed by the run that retrains them', () => {
    const path = writeRun(directory.path, 'a');
    writeRun(path, 'retrained', { epochs: 1 });
    expect(readRuns([path]).map(({ name, metrics }) => [name, metrics.length])).toEqual([
      ['a', 2],
      ['a, retrained', 1],
    ]);
  });

  it('are being trained as long as somebody has the claim', () => {
    const path = writeRun(directory.path, 'a');
    const claim = takeRun(path);
    expect(readRuns([path])[0]!.trainedBy).toContain(`process ${process.pid}`);
    claim?.release();
    expect(readRuns([path])[0]!.trainedBy).toBeUndefined();
  });

  it('are left as they are, also while another process writes to them', () => {
    const path = writeRun(directory.path, 'a');
    writeFileSync(join(path, 'metrics.jsonl.0f9b2f4c-1111-4222-8333-123456789abc.tmp'), 'half');
    const before = readdirSync(path).map((name) => [name, statSync(join(path, name)).mtimeMs]);
    chmodSync(path, 0o555);
    readRuns([path]);
    chmodSync(path, 0o755);
    expect(readdirSync(path).map((name) => [name, statSync(join(path, name)).mtimeMs])).toEqual(before);
  });

  it('must be there', () => {
    expect(() => readRuns([directory.file('gone')])).toThrow(RunError);
    expect(() => readRuns([directory.path])).toThrow(/not the directory of a run: it has no config\.json/);
  });
});
