import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fuzz } from './fuzz.js';
import { subjects } from './subjects.js';

/** Damaged files in all: many with `npm run test:faults`, few in the ordinary tests. */
const CASES = Number(process.env.DAWNGRAD_FAULTS_CASES ?? 1500);
const SEED = Number(process.env.DAWNGRAD_FAULTS_SEED ?? 0);

const directory = mkdtempSync(join(tmpdir(), 'dawngrad-parsers-'));
afterAll(() => rmSync(directory, { recursive: true }));

const all = subjects(directory);
const each = Math.ceil(CASES / all.length);

it.each(all)(
  '$name: a damaged file gives what it should or an error of one line, soon and in bounded memory',
  async (subject) => {
    expect(await fuzz(subject, each, SEED)).toEqual([]);
  },
);
