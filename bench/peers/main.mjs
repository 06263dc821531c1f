/**
 * Time the project against other engines, side by side: `npm run bench:peers -- [filter] [options]`. See README.md here.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EXACT, PRECISIONS, precisionNamed } from '../precisions.mjs';
import { writeArrays } from './arrays.mjs';
import { allCases } from './cases.mjs';
import { measure } from './compare.mjs';
import { commandOf, engineNames, OURS } from './engines.mjs';
import { Peer } from './protocol.mjs';
import { differs, jsonOf, load, rowsOf, tableOf } from './report.mjs';

const USAGE = `npm run bench:peers -- [filter ...] [options]

  filter              only cases whose name contains one of these, such as trainStep or weightGradient
  --peers a,b         only these engines besides ${OURS} (${engineNames.slice(1).join(', ')})
  --batch N           images in a batch (default 32)
  --rounds N          timings of each engine in each case (default 3)
  --precision P       what ours may round operands of matrix products to: ${PRECISIONS.join(', ')} (default ${EXACT})
  --json FILE         also write everything as JSON
  --width F           multiply the number of maps, to try it out (default 1)
  --patience S        seconds that an engine may take for one answer (default 600)
  --list              print the names of the cases
`;

const say = (text) => process.stderr.write(`${text}\n`);

/** One line that changes, for people who watch; logs are spared. */
const progress = (text) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};

const { values: options, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'string' },
    batch: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
    precision: { type: 'string', default: EXACT },
    json: { type: 'string' },
    width: { type: 'string', default: '1' },
    patience: { type: 'string', default: '600' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** The peers' packages are their own, and installed when first needed. */
function installPackages() {
  const here = fileURLToPath(new URL('.', import.meta.url));
  if (existsSync(join(here, 'node_modules'))) return;
  say('installing the peers (bench/peers/package-lock.json)');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) say('npm ci failed: the engines in JavaScript will be missing');
}

/** What ours sets for itself, for every engine: the widest vectors of Mesa's software driver (see src/gpu/adapter.ts). */
function prepareEnvironment() {
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  const cpuinfo = '/proc/cpuinfo';
  if (existsSync(cpuinfo) && /\bavx512f\b/.test(readFileSync(cpuinfo, 'utf8'))) {
    process.env.LP_NATIVE_VECTOR_WIDTH ??= '512';
  }
}

/** An option that is a number over 0. */
function positive(name) {
  const value = Number(options[name]);
  if (value > 0) return value;
  say(`--${name} ${options[name]}: it must be a number over 0`);
  process.exit(2);
}

const batch = positive('batch');
const rounds = positive('rounds');
const width = positive('width');
const patience = 1000 * positive('patience');
const precision = precisionNamed(options.precision);
const chosen = options.peers?.split(',').map((name) => name.trim());
const unknown = chosen?.filter((name) => !engineNames.includes(name)) ?? [];
const cases = allCases({ batch, width }).filter(
  ({ name }) => filters.length === 0 || filters.some((filter) => name.includes(filter)),
);
const names = chosen ? [OURS, ...chosen.filter((name) => name !== OURS)] : engineNames;

/** Start the engine's process; what it says of itself goes to `engines`. Null where it is not installed or does not start. */
async function start(name, engines) {
  const command = commandOf(name, precision);
  if (!command) {
    engines[name] = { missing: 'not installed' };
    return null;
  }
  const peer = new Peer(name, command, patience);
  try {
    engines[name] = await peer.ready();
    return peer;
  } catch (error) {
    engines[name] = { missing: error.message };
    peer.stop();
    return null;
  }
}

async function main() {
  installPackages();
  prepareEnvironment();
  const engines = {};
  const peers = [];
  const scratch = mkdtempSync(join(tmpdir(), 'dawngrad-peers-'));
  const results = [];
  const loads = { start: load() };
  /** After every case, so that a long run that is interrupted leaves what it has. */
  const writeJson = () => {
    if (!options.json) return;
    const report = jsonOf({ results, engines, precision, rounds, loads });
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  };
  try {
    for (const name of names) {
      const peer = await start(name, engines);
      if (peer) peers.push(peer);
      const { version, adapter, missing } = engines[name];
      say(`${name}: ${missing ?? `${version} on ${adapter.name ?? adapter}`}`);
    }
    for (const wanted of cases) {
      // One that failed gets a new process: a failure is the answer to one case.
      for (const [index, peer] of peers.entries()) {
        if (!peer.alive) peers[index] = (await start(peer.name, engines)) ?? peer;
      }
      const file = join(scratch, 'arrays');
      writeArrays(file, wanted.arrays);
      const measured = await measure(wanted, file, peers, { rounds, progress });
      const rows = rowsOf(wanted, measured, precision);
      progress('');
      results.push([wanted, rows]);
      loads.end = load();
      console.log(`\n${tableOf(wanted, rows)}`);
      writeJson();
    }
  } finally {
    for (const peer of peers) peer.stop();
    rmSync(scratch, { recursive: true });
  }

  console.log(
    `\nratio: median over ${OURS}'s, above 1 means that ${OURS} is faster; load average ${loads.start} to ${loads.end}`,
  );
  if (results.some(([, rows]) => rows.some((row) => row.engine === OURS && row.failed))) process.exitCode = 1;
  const wrong = results.flatMap(([wanted, rows]) =>
    rows.filter(differs).map((row) => `${wanted.name}: ${row.engine} is off by ${row.difference}`),
  );
  if (wrong.length > 0) {
    console.log(
      `\nNOT THE SAME RESULTS (further from ${OURS}'s than rounding explains):\n${wrong.join('\n')}`,
    );
    process.exitCode = 1;
  }
}

if (options.help) console.log(USAGE);
else if (options.list) for (const { name } of cases) console.log(name);
else if (unknown.length > 0) {
  say(`--peers: there is no ${unknown.join(', ')}; there are ${engineNames.slice(1).join(', ')}`);
  process.exitCode = 2;
} else if (!PRECISIONS.includes(precision)) {
  say(`--precision ${options.precision}: not ${PRECISIONS.join(' or ')}`);
  process.exitCode = 2;
} else await main();
