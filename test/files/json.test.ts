import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FileError } from '../../src/errors/errors.js';
import { readJson } from '../../src/files/json.js';
import { readMetrics } from '../../src/train/run/metrics.js';
import { readResult } from '../../src/train/run/result.js';
import { useFreshDirectory } from '../support/directory.js';

const schema = z.strictObject({ epochs: z.number() });

const directory = useFreshDirectory();
let path: string;
beforeEach(() => {
  path = directory.file('file.json');
});

const errorOf = (work: () => unknown): FileError => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    return error as FileError;
  }
  throw new Error('it was read');
};

describe('a file that is read', () => {
  it('gives what its schema makes of it', () => {
    writeFileSync(path, '{ "epochs": 3 }');
    expect(readJson(path, schema, 'a result')).toEqual({ epochs: 3 });
  });

  it.each([
    ['{ "epochs": ', 'not a result, since it is not valid JSON: '],
    ['{ "epochs": "3" }', '"epochs": invalid input: expected number'],
  ])('and holds %s is named, with what is wrong', (text, message) => {
    writeFileSync(path, text);
    expect(errorOf(() => readJson(path, schema, 'a result')).message).toContain(`${path}: ${message}`);
  });

  it.each([
    [{ when: { minutes: 0 } }, '"when.minutes": too small: expected number to be >0'],
    [{ when: { minutes: 1, days: 2 } }, '"when": unrecognized key: "days"'],
    [
      { when: 3 },
      '"when": invalid input: expected false, or invalid input: expected object, received number',
    ],
    [{ how: { name: 'slow' } }, '"how.name": invalid discriminator value. Expected \'fast\''],
    [{ how: { name: 'fast', to: 'x' } }, '"how.to": invalid input: expected number, received string'],
  ])('and holds %j, which is none of several forms, is measured against the nearest', (value, message) => {
    const forms = z.strictObject({
      when: z.union([z.literal(false), z.strictObject({ minutes: z.number().positive() })]).default(false),
      how: z
        .union([
          z.literal(false),
          z.discriminatedUnion('name', [z.strictObject({ name: z.literal('fast'), to: z.number() })]),
        ])
        .default(false),
    });
    writeFileSync(path, JSON.stringify(value));
    expect(errorOf(() => readJson(path, forms, 'a result')).message).toBe(`${path}: ${message}`);
  });

  it('is at most 8 MiB long: of more not a byte is read', () => {
    writeFileSync(path, '');
    truncateSync(path, 300_000_000);
    expect(errorOf(() => readJson(path, schema, 'a result')).message).toBe(
      `${path}: it has 300000000 bytes; a file of this kind has at most 8388608`,
    );
  });

  it('as metrics is given up at the first line without an end, however long it is', () => {
    writeFileSync(path, '');
    truncateSync(path, 300_000_000);
    expect(errorOf(() => readMetrics(path)).message).toBe(`${path}: line 1 is longer than 65536 bytes`);
  });

  it.each([
    ['of JSON', (one: string) => readJson(one, schema, 'a result')],
    ['of metrics', readMetrics],
    ['of a result', readResult],
  ])('but cannot be, one %s, is named with the reason', (_, read) => {
    mkdirSync(path);
    expect(errorOf(() => read(path)).message).toBe(`${path}: cannot be read: it is a directory (EISDIR)`);
  });
});
