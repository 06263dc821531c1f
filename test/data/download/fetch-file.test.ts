import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataError } from '../../../src/data/dataset.js';
import { fetchFile, type Progress } from '../../../src/data/download/fetch-file.js';
import { useFreshDirectory } from '../../support/directory.js';
import { fileServer } from './server.js';

const directory = useFreshDirectory();
const server = fileServer();

const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
const MD5 = createHash('md5').update(CONTENT).digest('hex');

const fetchIt = (options: Partial<Parameters<typeof fetchFile>[0]> = {}): Promise<void> =>
  fetchFile({ urls: [`${server.url}/file`], path: directory.file('file'), md5: MD5, ...options });

const writePart = (content: Uint8Array): void => writeFileSync(directory.file('file.part'), content);

/** What the directory must hold after a success: the file, whole, and nothing else. */
function expectFetched(): void {
  expect(readFileSync(directory.file('file')).equals(CONTENT)).toBe(true);
  expect(existsSync(directory.file('file.part'))).toBe(false);
}

describe('fetchFile', () => {
  it('fetches a file and reports its progress', async () => {
    server.files.file = CONTENT;
    const progress: Progress[] = [];
    await fetchIt({ onProgress: (step) => progress.push(step) });
    expectFetched();
    expect(progress.at(-1)).toEqual({ file: directory.file('file'), received: 100_000, total: 100_000 });
  });

  it('goes on where an earlier attempt stopped', async () => {
    server.files.file = CONTENT;
    writePart(CONTENT.subarray(0, 60_000));
    const progress: Progress[] = [];
    await fetchIt({ onProgress: (step) => progress.push(step) });
    expectFetched();
    expect(server.requests).toEqual(['file bytes=60000-']);
    expect(progress[0]!.received).toBeGreaterThan(60_000);
    expect(progress.at(-1)!.total).toBe(100_000);
  });

  it('starts afresh where the server ignores ranges', async () => {
    server.answer = (_request, response) => response.end(CONTENT);
    writePart(CONTENT.subarray(0, 60_000));
    await fetchIt();
    expectFetched();
  });

  it('finishes a file of which every byte was there', async () => {
    server.files.file = CONTENT;
    writePart(CONTENT);
    await fetchIt();
    expectFetched();
  });

  it('keeps what has arrived when the connection breaks, and ends the work at the next call', async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length });
      response.write(CONTENT.subarray(0, 30_000), () => response.destroy());
    };
    await expect(fetchIt()).rejects.toThrow(
      `; what has arrived is kept in ${directory.file('file.part')}: run the same command again to go on`,
    );
    expect(existsSync(directory.file('file'))).toBe(false);
    const kept = readFileSync(directory.file('file.part'));
    expect(kept.equals(CONTENT.subarray(0, kept.length))).toBe(true);

    server.answer = undefined;
    server.files.file = CONTENT;
    await fetchIt();
    expectFetched();
  });

  it('deletes a file with another checksum', async () => {
    server.files.file = Buffer.from('an error page');
    await expect(fetchIt()).rejects.toThrow(
      new DataError(
        `${server.url}/file: expected the md5 checksum ${MD5}, found 0b3e34d622bd30bb091539282cb5703c; ` +
          'the copy was deleted; try again later, or from another address',
      ),
    );
    expect(existsSync(directory.file('file'))).toBe(false);
    expect(existsSync(directory.file('file.part'))).toBe(false);
  });

  it('goes to the next address when one fails', async () => {
    server.files.mirror = CONTENT;
    await fetchIt({ urls: [`${server.url}/gone`, `${server.url}/mirror`] });
    expectFetched();
    expect(server.requests).toEqual(['gone', 'mirror']);
  });

  it('says what each address answered when all fail', async () => {
    server.answer = (request, response) => response.writeHead(request.url === '/a' ? 404 : 503).end();
    const urls = ['a', 'b'].map((name) => `${server.url}/${name}`);
    await expect(fetchIt({ urls })).rejects.toThrow(
      new DataError(
        `${server.url}/a: the server answered 404 Not Found; ${server.url}/b: the server answered 503 Service ` +
          'Unavailable; try again later, or from another address',
      ),
    );
    expect(existsSync(directory.file('file.part'))).toBe(false);
  });

  it('refuses a range that was not asked for', async () => {
    writePart(CONTENT.subarray(0, 100));
    server.answer = (_request, response) =>
      response.writeHead(206, { 'content-range': 'bytes 50-99999/100000' }).end(CONTENT.subarray(50));
    await expect(fetchIt()).rejects.toThrow(
      'asked for the bytes from 100, the server sent the range "bytes 50-',
    );
    expect(readFileSync(directory.file('file.part')).length).toBe(100);
  });

  it('says why no connection could be made', async () => {
    await expect(fetchIt({ urls: ['http://127.0.0.1:1/file'] })).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:1\/file: fetch failed \(.+\); try again later, or from another address$/,
    );
  });

  it('stops when told to, and keeps what has arrived', async () => {
    const stop = new AbortController();
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length });
      response.write(CONTENT.subarray(0, 30_000));
    };
    const stopped = fetchIt({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(existsSync(directory.file('file'))).toBe(false);
    expect(readFileSync(directory.file('file.part')).length).toBeGreaterThan(0);
  });
});

describe('behind a proxy', () => {
  const NAMES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
    name,
    name.toUpperCase(),
  ]);
  beforeEach(() => {
    for (const name of NAMES) vi.stubEnv(name, '');
  });
  afterEach(() => vi.unstubAllEnvs());

  it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])('asks the one that %s names', async (name) => {
    server.answer = (_request, response) => response.end(CONTENT);
    vi.stubEnv(name, server.url);
    await fetchIt({ urls: ['http://mirror.invalid/file'] });
    expectFetched();
    expect(server.requests).toEqual(['ttp://mirror.invalid/file']);
  });

  it('asks none for a host that NO_PROXY names', async () => {
    server.files.file = CONTENT;
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1');
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    await fetchIt();
    expectFetched();
  });

  it('says that it was in between, where that failed', async () => {
    server.answer = (_request, response) => response.writeHead(502).end();
    vi.stubEnv('HTTP_PROXY', server.url);
    await expect(fetchIt({ urls: ['http://mirror.invalid/file'] })).rejects.toThrow(
      'http://mirror.invalid/file (by way of the proxy that the environment names): the server answered 502 Bad Gateway',
    );
    vi.stubEnv('HTTP_PROXY', 'nonsense');
    await expect(fetchIt()).rejects.toThrow('names a proxy by what is no address');
  });
});
