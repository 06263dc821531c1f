import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

export interface TemporaryDirectory {
  readonly path: string;
  /** The path of a file in it. */
  file(name: string): string;
}

/** A directory for the tests of a file, removed after them. */
export const useDirectory = (): TemporaryDirectory => directoryBetween(beforeAll, afterAll);

/** An empty directory for each test of a file, removed after it. */
export const useFreshDirectory = (): TemporaryDirectory => directoryBetween(beforeEach, afterEach);

function directoryBetween(
  before: (work: () => void) => void,
  after: (work: () => void) => void,
): TemporaryDirectory {
  let path = '';
  before(() => {
    path = mkdtempSync(join(tmpdir(), 'dawngrad-test-'));
  });
  after(() => rmSync(path, { recursive: true }));
  return {
    get path() {
      return path;
    },
    file: (name) => join(path, name),
  };
}
