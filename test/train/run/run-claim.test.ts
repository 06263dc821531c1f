import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { thisProcess } from '../../../src/files/claims/owner.js';
import { ownerOfRun, takeRun, withRunClaim } from '../../../src/train/run/run-claim.js';
import { RunDirectory } from '../../../src/train/run/run-directory.js';
import { RunError } from '../../../src/train/run/run-error.js';
import { useFreshDirectory } from '../../support/directory.js';
import { tinyConfig } from './tiny-run.js';

const directory = useFreshDirectory();

/** A run that somebody trains, or trained. */
function runOf(owner: Partial<typeof thisProcess>): string {
  const path = directory.file('run');
  RunDirectory.create(path, tinyConfig);
  mkdirSync(join(path, 'claims'));
  writeFileSync(join(path, 'claims', 'run.1.claim'), JSON.stringify({ ...thisProcess, ...owner }));
  return path;
}

describe('the claim on a run', () => {
  it('refuses a second process, naming the first', async () => {
    const path = runOf({});
    const second = withRunClaim({ path, resume: true }, () => Promise.reject(new Error('it ran')));
    const who = `process ${process.pid} on ${hostname()}`;
    await expect(second).rejects.toThrow(
      new RunError(`${path} is being trained by ${who}: wait until that has ended`),
    );
  });

  it('says of a process elsewhere how long its claim holds', async () => {
    const path = runOf({ host: 'hive', pid: 4711 });
    await expect(withRunClaim({ path, resume: true }, async () => {})).rejects.toThrow(
      /by process 4711 on hive: wait until that has ended; if it has crashed, its claim holds for ten minutes/,
    );
  });

  it('refuses two that begin in the same new directory', async () => {
    const path = directory.file('new');
    await withRunClaim({ path }, async () => {
      await expect(withRunClaim({ path }, async () => {})).rejects.toThrow(/new is being trained by process/);
      expect(ownerOfRun(path)).toEqual(thisProcess);
      await expect(withRunClaim({ path }, async () => {})).rejects.toThrow(/new is being trained by process/);
    });
  });

  it('is free once its holder has ended, and clears away what that left half-written', async () => {
    const path = runOf({ pid: spawnSync(process.execPath, ['--version']).pid });
    const half = join(path, 'last.safetensors.00000000-0000-4000-8000-000000000000.tmp');
    writeFileSync(half, 'half');
    expect(await withRunClaim({ path, resume: true }, async () => existsSync(half))).toBe(false);
    expect(ownerOfRun(path)).toBeUndefined();
  });

  it('is given back when the work fails, and of a run that never began nothing is left', async () => {
    const path = directory.file('deep/new');
    const failed = withRunClaim({ path }, () => Promise.reject(new Error('no such data')));
    await expect(failed).rejects.toThrow('no such data');
    expect(readdirSync(directory.path)).toEqual([]);
    const begun = withRunClaim({ path }, async () => {
      RunDirectory.create(path, tinyConfig);
      throw new Error('diverged');
    });
    await expect(begun).rejects.toThrow('diverged');
    expect(readdirSync(path).sort()).toEqual(['claims', 'config.json']);
    expect(ownerOfRun(path)).toBeUndefined();
  });

  it('takes nothing along that others have put beside a run whose directory is deleted', async () => {
    const path = directory.file('runs/deleted');
    await withRunClaim({ path }, async () => {
      writeFileSync(directory.file('runs/other'), '');
      rmSync(path, { recursive: true });
    });
    expect(readdirSync(directory.file('runs'))).toEqual(['other']);
  });

  it('leaves an empty directory empty in which no run came to begin', async () => {
    const path = directory.file('empty');
    mkdirSync(path);
    await withRunClaim({ path }, async () => {});
    expect(readdirSync(path)).toEqual([]);
  });

  it('lets a run begin where one before left nothing but its claim and half a config', async () => {
    const path = directory.file('again');
    takeRun(path)?.release();
    writeFileSync(join(path, 'config.json.00000000-0000-4000-8000-000000000000.tmp'), '{');
    expect(await withRunClaim({ path }, async () => 'began')).toBe('began');
  });

  it('is not taken twice by who has it', async () => {
    const path = directory.file('held');
    const claim = takeRun(path)!;
    expect(await withRunClaim({ path, claim }, async (same) => same === claim)).toBe(true);
    expect(ownerOfRun(path)).toEqual(thisProcess);
    claim.release();
  });
});
