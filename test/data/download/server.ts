import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach } from 'vitest';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What the server did, and how it is to behave. */
export interface TestServer {
  readonly url: string;
  /** The content of each file, by name. */
  readonly files: Record<string, Uint8Array>;
  /** Each request as `name` or `name range`. */
  readonly requests: string[];
  /** Answers in place of the files, if set. */
  answer: Answer | undefined;
}

/** Gives every test of a file a server of its own on 127.0.0.1, which knows ranges. */
export function fileServer(): TestServer {
  const state: { -readonly [K in keyof TestServer]: TestServer[K] } = {
    url: '',
    files: {},
    requests: [],
    answer: undefined,
  };
  const server = createServer((request, response) => {
    const { range } = request.headers;
    state.requests.push(request.url!.slice(1) + (range ? ` ${range}` : ''));
    (state.answer ?? serve)(request, response);
  });
  const serve: Answer = (request, response) => {
    const content = state.files[request.url!.slice(1)];
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (content === undefined) response.writeHead(404).end();
    else if (from === 0) response.writeHead(200, { 'content-length': content.length }).end(content);
    else if (from >= content.length) response.writeHead(416).end();
    else {
      response.writeHead(206, {
        'content-length': content.length - from,
        'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
      });
      response.end(content.subarray(from));
    }
  };
  beforeEach(async () => {
    Object.assign(state, { files: {}, requests: [], answer: undefined });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return state;
}
