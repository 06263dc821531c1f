/** Serves one page to browsers on this machine, and tells them events: by server-sent events, which browsers know by themselves. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DawngradError } from '../../errors/errors.js';
import { explainSystemError } from '../../files/system-error.js';

/** Nobody else's machine can reach it. */
const LOOPBACK = '127.0.0.1';

/** The page runs what is in it, and asks only this server for more. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'";

/** Milliseconds that pages have to take what was sent when the server stops. */
const LATEST = 1000;

export interface LiveServerOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** The page as it is now. */
  readonly page: () => string;
  /** The event that a page is told when it begins to listen. */
  readonly first: () => readonly [event: string, data: string];
}

export class LiveServer {
  readonly #server: Server;
  readonly #options: LiveServerOptions;
  readonly #listeners = new Set<ServerResponse>();

  private constructor(options: LiveServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** @throws DawngradError when the port cannot be had */
  static async listen(options: LiveServerOptions): Promise<LiveServer> {
    const { port } = options;
    const live = new LiveServer(options);
    const server = live.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        const reason = explainSystemError(error);
        reject(new DawngradError(`listening on port ${port}: ${reason}; name another with --port, or none`));
      });
      server.listen(port, LOOPBACK, resolve);
    });
    return live;
  }

  get url(): string {
    return `http://${LOOPBACK}:${this.#port}/`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Tell all pages that are open.
   * @param data one line
   */
  send(event: string, data: string): void {
    for (const listener of this.#listeners) listener.write(message(event, data));
  }

  /** End what pages listen to, once they have all that was sent, and stop. */
  async close(): Promise<void> {
    this.#server.close();
    // Not for longer than this: a browser may be asleep.
    const late = setTimeout(() => this.#server.closeAllConnections(), LATEST);
    await Promise.all(
      [...this.#listeners].map((listener) => new Promise<void>((resolve) => listener.end(() => resolve()))),
    );
    clearTimeout(late);
    this.#server.closeAllConnections();
  }

  #answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
    // A page from elsewhere may have its own name resolved to this address, and would read along.
    const names = [LOOPBACK, 'localhost'].map((name) => `${name}:${this.#port}`);
    const isOurs = names.includes(headers.host ?? '');
    const answer = { '/': () => this.#show(response), '/events': () => this.#listen(response) }[url];
    if (isOurs && method === 'GET' && answer) answer();
    else response.writeHead(!isOurs ? 403 : answer ? 405 : 404).end();
  }

  #show(response: ServerResponse): void {
    const type = 'text/html; charset=utf-8';
    const head = { 'content-type': type, 'content-security-policy': POLICY, 'cache-control': 'no-store' };
    response.writeHead(200, head).end(this.#options.page());
  }

  #listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    // Something may have happened since the page was made.
    response.write(message(...this.#options.first()));
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
  }
}

const message = (event: string, data: string): string => `event: ${event}\ndata: ${data}\n\n`;
