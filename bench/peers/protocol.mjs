/**
 * The parent's end of an engine: a child process that reads one JSON object a line from its stdin and answers each with one
 * on file descriptor 3. (Its stdout and stderr are the libraries' own to write to; the end of it explains a crash.)
 *
 * | request                         | answer                                                                          |
 * |---------------------------------|---------------------------------------------------------------------------------|
 * | (started)                       | `{ version, adapter }`                                                          |
 * | `{ do: 'prepare', case, file }` | `{}`; weights and batch are on the device                                       |
 * | `{ do: 'run', times }`          | `{ ms, loss }`: milliseconds for each of `times` runs; the loss, where there is |
 * | `{ do: 'sample' }`              | `{ sample }`: numbers that tell one result from another, see `sample.mjs`       |
 * | `{ do: 'release' }`             | `{}`                                                                            |
 *
 * An answer `{ error }` ends the case for that engine.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const LOG_CHARACTERS = 4000;

export class Peer {
  #child;
  #log = '';
  #ended = null;
  #waiting = null;

  /**
   * @param {string} name
   * @param {{ command: string[], env?: Record<string, string> }} engine
   * @param {number} patience longest wait for an answer, in ms
   */
  constructor(name, { command, env = {} }, patience) {
    this.name = name;
    this.patience = patience;
    const [program, ...args] = command;
    this.#child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (text) => {
        this.#log = (this.#log + text).slice(-LOG_CHARACTERS);
      });
    }
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', (error) => this.#end(error.message));
    this.#child.on('close', (code, signal) => this.#end(`its process ended (${signal ?? code})`));
    createInterface({ input: this.#child.stdio[3] }).on('line', (line) => this.#answer(JSON.parse(line)));
  }

  get alive() {
    return this.#ended === null;
  }

  /** Wait for the engine to be ready. */
  ready() {
    return this.#next();
  }

  /** Ask for one thing and wait for the answer. Rejects with what went wrong over there. */
  ask(request) {
    if (!this.#ended) this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#next();
  }

  stop() {
    this.#end('it was stopped');
    this.#child.kill('SIGKILL');
  }

  #next() {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(`no answer in ${Math.round(this.patience / 1000)} s`);
        this.stop();
      }, this.patience);
      const settle = (done) => (value) => {
        clearTimeout(timer);
        this.#waiting = null;
        done(value);
      };
      this.#waiting = { resolve: settle(resolve), reject: settle(reject) };
    });
  }

  #answer(answer) {
    if (answer.error) this.#waiting?.reject(new Error(answer.error));
    else this.#waiting?.resolve(answer);
  }

  #end(why) {
    if (this.#ended) return;
    const last = this.#log.trim().split('\n').slice(-3).join(' | ');
    this.#ended = new Error(last ? `${why}: ${last}` : why);
    this.#waiting?.reject(this.#ended);
  }
}
