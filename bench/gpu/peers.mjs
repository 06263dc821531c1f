/** The same training step in other engines: PyTorch where a Python has it, and the two that run on this Dawn. */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { commandOf, pythonWithTorch } from '../peers/engines.mjs';
import { Peer } from '../peers/protocol.mjs';
import { digits } from '../results/report.mjs';
import { lossesAt } from './ours.mjs';
import { brief } from './step.mjs';

const ON_DAWN = ['tfjs-webgpu', 'jax-js-webgpu'];

const TORCH = fileURLToPath(new URL('torch_step.py', import.meta.url));

/** Steps between two waits: enough that waiting does not count. */
const ENOUGH_MS = 1000;
const MOST_STEPS = 50;

/** Time PyTorch in a process of its own, whose answers come line by line; it is stopped when time is up. */
async function measureTorch({ sizes, cases, deadline, say, folder, software }, results) {
  const python = pythonWithTorch();
  if (!python) return say('PyTorch: no Python here has it');
  const request = join(folder, 'torch.json');
  const { steps, milliseconds, repeats } = sizes;
  const all = sizes.batches.map((batch) => {
    const { wanted, file } = cases.get(batch);
    return { case: wanted, file, lossesAt: lossesAt(sizes, batch) };
  });
  writeFileSync(request, JSON.stringify({ cases: all, steps, milliseconds, repeats, cpu: software }));
  const child = spawn(python, [TORCH, request], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  const timer = setTimeout(() => child.kill('SIGKILL'), deadline.left());
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('{')) continue;
      const { note, ...answer } = JSON.parse(line);
      if (note) say(`PyTorch: ${note}`);
      else add(results, answer, say);
    }
  } finally {
    clearTimeout(timer);
  }
  const end = await closed;
  if (end !== 0)
    say(`PyTorch: ${end === 'SIGKILL' ? 'stopped, for lack of time' : `its process ended (${end})`}`);
}

function add(results, result, say) {
  results.push(result);
  const { engine, batch, wall, device, failed } = result;
  if (failed) return say(`${engine}, batch ${batch}: failed: ${failed.slice(0, 160)}`);
  const clock = device ? `, ${digits(device.median)} by the device's clock` : '';
  say(`${engine}, batch ${batch}: ${digits(wall.median)} ms a step (least ${digits(wall.min)})${clock}`);
}

/** Steps of an engine that answers requests. */
async function timePeer(peer, { wanted, file }, { repeats }) {
  await peer.ask({ do: 'prepare', case: wanted, file });
  const losses = [(await peer.ask({ do: 'run', times: 1 })).loss];
  const { ms } = await peer.ask({ do: 'run', times: 1 });
  const steps = Math.min(MOST_STEPS, Math.max(1, Math.ceil(ENOUGH_MS / ms)));
  const wall = [];
  while (wall.length < repeats) {
    const answer = await peer.ask({ do: 'run', times: steps });
    wall.push(answer.ms);
    losses.push(answer.loss);
  }
  await peer.ask({ do: 'release' });
  return { steps, wall: brief(wall), losses: { first: losses[0], last: losses.at(-1) } };
}

async function measureOnDawn(engine, { sizes, cases, deadline, say }, results) {
  let peer;
  for (const batch of sizes.batches) {
    if (deadline.isOver(say, `${engine}, batch ${batch}`)) continue;
    try {
      if (!peer?.alive) {
        peer = new Peer(engine, commandOf(engine), deadline.left() / 2);
        await peer.ready();
      }
      // Some take minutes to compile: not all the time that others have left.
      peer.patience = deadline.left() / 2;
      add(results, { engine, batch, ...(await timePeer(peer, cases.get(batch), sizes)) }, say);
    } catch (error) {
      add(results, { engine, batch, failed: error.message }, say);
      peer?.stop();
    }
  }
  peer?.stop();
}

/** @param {object[]} results to which each is added as soon as it is there */
export async function measurePeers(context, results) {
  const { deadline, say } = context;
  if (!deadline.isOver(say, 'PyTorch')) await measureTorch(context, results);
  if (!existsSync(new URL('../peers/node_modules', import.meta.url))) {
    return say(`${ON_DAWN.join(' and ')}: not installed; \`npm run bench:peers\` does that`);
  }
  for (const engine of ON_DAWN) await measureOnDawn(engine, context, results);
}
