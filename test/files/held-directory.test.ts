import { mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HeldDirectory } from '../../src/files/held-directory.js';
import { useFreshDirectory } from '../support/directory.js';

const directory = useFreshDirectory();

/** A directory that is held, and lets go after `work`. */
function holding(work: (path: string, held: HeldDirectory) => void): void {
  const path = directory.file('run');
  mkdirSync(path);
  const held = new HeldDirectory(path);
  try {
    work(path, held);
  } finally {
    held.close();
  }
}

it('a directory that is still there is confirmed, whatever was written to it', () =>
  holding((path, held) => {
    writeFileSync(`${path}/file`, '');
    held.confirm();
  }));

it('a directory that is gone is noticed', () =>
  holding((path, held) => {
    rmdirSync(path);
    expect(() => held.confirm()).toThrow(
      `${path}: the directory is gone; it was there when work began on it`,
    );
  }));

it.each(['removed', 'renamed'])('a directory that was %s and made anew is noticed', (how) =>
  holding((path, held) => {
    if (how === 'removed') rmdirSync(path);
    else renameSync(path, `${path}-elsewhere`);
    mkdirSync(path);
    expect(() => held.confirm()).toThrow(
      `${path}: another directory lies there than the one on which work began`,
    );
  }),
);
