/** Who owns a claim: a process, on this machine or another. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { readText } from '../read-file.js';

const processSchema = z.object({
  host: z.string(),
  /** Linux's name for its space of process ids, in which containers of one host differ; empty elsewhere. */
  pidNamespace: z.string(),
  pid: z.number().int().positive(),
  /** When it started, as Linux counts, which tells it from later processes of its id; empty elsewhere. */
  started: z.string().default(''),
});

/** A process as claims name it. Those with equal `host` and `pidNamespace` see each other's process ids. */
export type Process = Readonly<z.infer<typeof processSchema>>;

/** `unknown` where the claim does not say. */
export type Owner = Process | 'unknown';

/** `process 4711 on hive` */
export const describeOwner = (owner: Owner): string =>
  owner === 'unknown' ? 'an unknown process' : `process ${owner.pid} on ${owner.host}`;

/**
 * The owner that a claim's file names; one that makes no sense has an unknown owner.
 * @throws FileError when the file cannot be read
 */
export function readOwner(file: string): Owner {
  const text = readText(file);
  try {
    return processSchema.parse(JSON.parse(text));
  } catch {
    return 'unknown';
  }
}

/** This process, as its claims name it. */
export const thisProcess: Process = {
  host: hostname(),
  pidNamespace: pidNamespace(),
  pid: process.pid,
  started: statusOf(process.pid)?.started ?? '',
};

/** Do these two see each other's process ids? */
export const isNear = ({ host, pidNamespace }: Process): boolean =>
  host === thisProcess.host && pidNamespace === thisProcess.pidNamespace;

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Did it run on this machine, and is no more? Of processes elsewhere nobody here can tell. */
export const hasEnded = (owner: Process): boolean => isNear(owner) && !isRunning(owner);

function isRunning({ pid, started }: Process): boolean {
  const status = statusOf(pid);
  // One that has ended, but whose parent has not asked how, is listed as a zombie.
  if (status) return status.state !== 'Z' && (started === '' || status.started === started);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One of another user may not be sent anything, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What Linux says of a process of this machine; undefined elsewhere, and where there is none or its user keeps it to himself. */
function statusOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    // The name, in parentheses, may hold anything; behind it are fields 3, the state, to 22, the start, and more.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return { state: fields[0]!, started: fields[19]! };
  } catch {
    return undefined;
  }
}
