import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileError } from '../../../src/errors/errors.js';
import { ClaimLostError, Claims } from '../../../src/files/claims/claim.js';
import { describeOwner, type Process, thisProcess } from '../../../src/files/claims/owner.js';
import { useDirectory } from '../../support/directory.js';
import { until } from '../../support/until.js';

const directory = useDirectory();
let sweep: string;
beforeEach(() => {
  sweep = mkdtempSync(join(directory.path, 'sweep-'));
  mkdirSync(join(sweep, 'claims'));
});
afterEach(() => {
  vi.useRealTimers();
});

const file = (generation: number) => join(sweep, 'claims', `trial.${generation}.claim`);
const HOUR = 3600;

/** What another process left, so many seconds after its last sign of life. */
function claimOf(owner: Partial<Process>, generation: number, silent: number): void {
  leave(JSON.stringify({ ...thisProcess, ...owner }), generation, silent);
}

function leave(text: string, generation: number, silent: number): void {
  writeFileSync(file(generation), text);
  const time = Date.now() / 1000 - silent;
  utimesSync(file(generation), time, time);
}

/** Let so many seconds go by for this process's calendar. Files, and the timers that give signs of life, keep the real time. */
function pass(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
}

describe('a claim', () => {
  it('keeps others out until it is released', () => {
    const claims = new Claims(sweep);
    const first = claims.take('trial');
    expect(claims.take('trial')).toBeUndefined();
    expect(new Claims(sweep).owner('trial')).toEqual(thisProcess);
    first?.release();
    expect(claims.owner('trial')).toBeUndefined();
    const second = claims.take('trial');
    expect(second).toBeDefined();
    expect(claims.take('trial')).toBeUndefined();
    // It has let go of the first generation, and has no say about the second.
    first?.release();
    expect(claims.take('trial')).toBeUndefined();
    second?.release();
  });

  it('is released when the process ends, though nobody does so', () => {
    const before = process.listeners('exit');
    const claims = new Claims(sweep);
    const claim = claims.take('trial');
    const added = process.listeners('exit').filter((listener) => !before.includes(listener));
    for (const listener of added) listener(3);
    expect(claims.owner('trial')).toBeUndefined();
    expect(process.listeners('exit')).toEqual(before);
    claim?.release();
  });

  it('is looked for without anything being written', () => {
    const nobody = directory.file('nobody');
    expect(new Claims(nobody).owner('trial')).toBeUndefined();
    expect(existsSync(nobody)).toBe(false);
  });

  it('is about one trial', () => {
    const claims = new Claims(sweep);
    const taken = ['trial', 'trial-2'].map((trial) => claims.take(trial));
    expect(taken.every((claim) => claim !== undefined)).toBe(true);
    for (const claim of taken) claim?.release();
  });

  it('of a process of this machine that is no more can be taken over at once', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const claims = new Claims(sweep);
    claimOf({ pid }, 1, 0);
    const claim = claims.take('trial');
    expect(claim).toBeDefined();
    expect(readdirSync(join(sweep, 'claims'))).toEqual(['trial.1.claim', 'trial.2.claim']);
    claim?.release();
  });

  it('of a process that is no more can be taken over though another has its id by now', () => {
    const claims = new Claims(sweep);
    claimOf({ started: `${thisProcess.started}0` }, 1, 0);
    expect(claims.owner('trial')).toEqual(thisProcess.started ? undefined : expect.anything());
  });

  it.runIf(process.platform === 'linux')(
    'of a process that has ended, but was not asked how, counts no more',
    async () => {
      // The shell that starts it becomes another program, which asks after none.
      const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 3600'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [line] = (await once(shell.stdout, 'data')) as [Buffer];
      const pid = Number(line);
      const claims = new Claims(sweep);
      claimOf({ pid, started: '' }, 1, 0);
      await until(() => claims.owner('trial') === undefined);
      expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
      shell.kill();
    },
  );

  it.each<[string, Partial<Process>]>([
    ['another machine', { host: `not-${hostname()}` }],
    ["another container under this machine's name", { pidNamespace: 'another' }],
    ['a process that stands still', {}],
  ])('of %s holds as long as there are signs of life', (_, owner) => {
    const { pid } = owner.host || owner.pidNamespace ? spawnSync(process.execPath, ['--version']) : process;
    const claims = new Claims(sweep);
    claimOf({ ...owner, pid }, 1, 60);
    expect(claims.take('trial')).toBeUndefined();
    claimOf({ ...owner, pid }, 1, HOUR);
    const claim = claims.take('trial');
    expect(claim).toBeDefined();
    claim?.release();
  });

  it('gives signs of life', () => {
    const claim = new Claims(sweep, { heartbeat: 0, expiry: HOUR * 1000 }).take('trial')!;
    utimesSync(file(1), 1, 1);
    claim.confirm();
    expect(Date.now() - statSync(file(1)).mtimeMs).toBeLessThan(60_000);
    claim.release();
  });

  it('is lost to one who took it over while its owner stood still', () => {
    const claims = new Claims(sweep);
    const slept = claims.take('trial')!;
    pass(HOUR);
    const other = claims.take('trial')!;
    expect(() => slept.confirm()).toThrow(ClaimLostError);
    expect(() => slept.confirm()).toThrow(/^trial: another process took it over, after 3600 s without/);
    slept.release();
    pass(60);
    other.confirm();
    other.release();
  });

  it('is renewed under the next generation when nobody took it over meanwhile', () => {
    const claim = new Claims(sweep).take('trial')!;
    pass(HOUR);
    claim.confirm();
    expect(readdirSync(join(sweep, 'claims'))).toEqual(['trial.1.claim', 'trial.2.claim']);
    claim.release();
    expect(readdirSync(join(sweep, 'claims'))).toContain('trial.2.released');
  });

  it.each([
    ['is empty', ''],
    ['is half-written', '{"host":"hi'],
    ['is something else', '{"host":"hive","pid":"me"}'],
  ])('that %s has an unknown owner, until it expires', (_, text) => {
    const claims = new Claims(sweep);
    leave(text, 9, 60);
    expect(claims.take('trial')).toBeUndefined();
    expect(describeOwner(claims.owner('trial')!)).toBe('an unknown process');
    leave(text, 9, HOUR);
    expect(claims.owner('trial')).toBeUndefined();
    const claim = claims.take('trial');
    expect(claim).toBeDefined();
    expect(readdirSync(join(sweep, 'claims'))).toEqual(['trial.10.claim', 'trial.9.claim']);
    claim?.release();
  });

  it('whose directory is gone says so', () => {
    const claim = new Claims(sweep, { heartbeat: 0, expiry: HOUR * 1000 }).take('trial')!;
    rmSync(sweep, { recursive: true });
    expect(() => claim.confirm()).toThrow(
      new FileError(`writing ${file(1)}: no such file or directory (ENOENT)`),
    );
    claim.release();
  });

  it('says which file it cannot read', () => {
    const claims = new Claims(sweep);
    mkdirSync(file(1));
    expect(() => claims.take('trial')).toThrow(/trial.1.claim: cannot be read: it is a directory/);
  });
});
