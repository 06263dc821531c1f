import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { isSystemError } from '../../files/system-error.js';
import { DataError } from '../dataset.js';
import { type Fetcher, fetcher } from './proxy.js';

/** How far a file has come, in bytes. */
export interface Progress {
  readonly file: string;
  readonly received: number;
  /** Absent where the server does not say. */
  readonly total?: number;
}

export interface FetchFileOptions {
  /** Addresses of the same file, tried in turn. */
  readonly urls: readonly string[];
  /** Where to put the file. Until it is complete and verified it is called `<path>.part`. */
  readonly path: string;
  readonly md5: string;
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the transfer; what has arrived stays, to be resumed. */
  readonly signal?: AbortSignal;
}

/**
 * Fetches one file over HTTP, going on where an earlier attempt stopped.
 * @throws DataError if no address gave the right bytes. What has arrived is kept for the next attempt, unless it is
 * complete and wrong. The file system's own error if it cannot be put there: no other address would help.
 */
export async function fetchFile(options: FetchFileOptions): Promise<void> {
  const { urls, path, md5, signal } = options;
  const part = `${path}.part`;
  const failures: string[] = [];
  const { fetch, way, close } = await fetcher();
  try {
    for (const url of urls) {
      try {
        await transfer(url, part, fetch, options);
        const found = await md5Of(part);
        if (found === md5) return await rename(part, path);
        await rm(part);
        failures.push(`${url}${way}: expected the md5 checksum ${md5}, found ${found}; the copy was deleted`);
      } catch (error) {
        signal?.throwIfAborted();
        if (isSystemError(error)) throw error;
        failures.push(`${url}${way}: ${reason(error)}`);
      }
    }
  } finally {
    await close();
  }
  const advice = existsSync(part)
    ? `what has arrived is kept in ${part}: run the same command again to go on`
    : 'try again later, or from another address';
  throw new DataError(`${failures.join('; ')}; ${advice}`);
}

/** The hexadecimal md5 checksum of a file. */
export async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Brings `part` from the length that it has to the whole file. */
async function transfer(
  url: string,
  part: string,
  fetch: Fetcher['fetch'],
  options: FetchFileOptions,
): Promise<void> {
  const have = existsSync(part) ? (await stat(part)).size : 0;
  const response = await fetch(url, {
    headers: {
      // The checksum is of the bytes as they lie on the server.
      'accept-encoding': 'identity',
      ...(have > 0 && { range: `bytes=${have}-` }),
    },
    ...(options.signal && { signal: options.signal }),
  });
  // 416: there is nothing after what we have. The checksum tells whether it is complete.
  if (response.status === 416 && have > 0) {
    await response.body?.cancel();
    return;
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new DataError(
      `the server answered ${response.status} ${STATUS_CODES[response.status] ?? ''}`.trimEnd(),
    );
  }
  const resumed = response.status === 206 && startsAt(response, have);
  let received = resumed ? have : 0;
  const announced = response.headers.get('content-length');
  const total = announced === null ? undefined : received + Number(announced);

  const file = await open(part, resumed ? 'a' : 'w');
  try {
    for await (const chunk of response.body) {
      await file.writeFile(chunk);
      received += chunk.length;
      options.onProgress?.({ file: options.path, received, ...(total !== undefined && { total }) });
    }
  } finally {
    await file.close();
  }
  if (total !== undefined && received !== total) {
    throw new DataError(`expected ${total} bytes, the connection ended after ${received}`);
  }
}

/** Whether a partial answer begins where we asked it to. */
function startsAt(response: Response, offset: number): boolean {
  const range = response.headers.get('content-range');
  if (range?.startsWith(`bytes ${offset}-`)) return true;
  throw new DataError(`asked for the bytes from ${offset}, the server sent the range "${range}"`);
}

/** `fetch` says only "fetch failed" or "terminated"; what went wrong is its error's cause. */
function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message || cause.name})` : message;
}
