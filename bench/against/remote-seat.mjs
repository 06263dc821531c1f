/** A seat in another process, of this checkout or of another: the same questions as to `../seat.mjs`, one at a time. */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));
const REDIRECT = new URL('redirect.mjs', import.meta.url).href;

export class CheckoutError extends Error {}

/** The built engine of a checkout, as a URL. */
function distOf(directory) {
  const dist = resolve(directory, 'dist');
  if (!existsSync(resolve(dist, 'index.js'))) {
    throw new CheckoutError(`--against ${directory}: there is no dist/index.js; run \`npm run build\` there`);
  }
  return `${pathToFileURL(dist).href}/`;
}

export class RemoteSeat {
  #child;
  #about;
  #cases;

  /**
   * @param {string | undefined} directory of another checkout whose engine to take
   * @param {object} options of `Seat.open`
   * @returns {Promise<RemoteSeat>}
   */
  static async open(directory, options) {
    const redirected = directory !== undefined && {
      execArgv: ['--import', REDIRECT],
      env: { ...process.env, DAWNGRAD_BENCH_DIST: distOf(directory) },
    };
    const seat = new RemoteSeat(fork(WORKER, redirected || {}));
    try {
      seat.#about = await seat.#ask('open', options);
      seat.#cases = await seat.#ask('cases');
      return seat;
    } catch (error) {
      seat.close();
      throw error;
    }
  }

  constructor(child) {
    this.#child = child;
  }

  about() {
    return this.#about;
  }

  cases() {
    return this.#cases;
  }

  prepare(name) {
    return this.#ask('prepare', name);
  }

  sample(name) {
    return this.#ask('sample', name);
  }

  release(name) {
    return this.#ask('release', name);
  }

  processors() {
    return this.#ask('processors');
  }

  close() {
    this.#child.disconnect();
  }

  #ask(ask, ...args) {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const ended = (code, signal) => reject(new Error(`a process of the bench ended (${signal ?? code})`));
      child.once('exit', ended);
      child.once('message', ({ answer, error }) => {
        child.off('exit', ended);
        if (error === undefined) resolve(answer);
        else reject(new Error(error));
      });
      child.send({ ask, with: args });
    });
  }
}
