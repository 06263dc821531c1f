/** Where the text of a shader is: the engine's own, under `shaders/`, and those of users, anywhere. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of all shaders. */
export const SHADERS = new URL('../../../shaders/', import.meta.url);

/** What to link for a shader. */
interface ShaderFiles {
  /** The shader's own file, and how to read it and what it imports. */
  readonly file: string;
  readonly read: (file: string) => string;
  /** What a person calls such a file. */
  readonly nameOf: (file: string) => string;
}

/** Is this the address of a file of a user, rather than the path of one of ours? */
export const isUsers = (shader: string): boolean => shader.startsWith('file:');

/** Is there such a file, under `shaders/` or at an address elsewhere? */
export function shaderExists(shader: string): boolean {
  const file = new URL(shader, SHADERS);
  return existsSync(file) && statSync(file).isFile();
}

/** By address, the rooms of `shaders/` in which users' files are read as if they stood there. */
const rooms = new Map<string, string>();

/**
 * From now on read a user's shader as if it stood in a room of `shaders/`: what the shaders of that room import by `super::` it
 * may too, and a copy of one of them works as it is. Modules that lie beside the file come before those of the room.
 */
export function readInRoom(address: string, room: string): void {
  rooms.set(address, room);
}

/** How to link a shader. A user's that stands in no room finds by `super::` what lies beside it, by `package::` what is ours. */
export function filesOf(shader: string): ShaderFiles {
  const room = rooms.get(shader);
  if (room === undefined) return { file: shader, read: readOurs, nameOf: nameOfShader };
  const name = basename(fileURLToPath(shader));
  const beside = (file: string) =>
    file.startsWith(room) ? new URL(file.slice(room.length), shader) : undefined;
  const placeOf = (file: string) => {
    const users = beside(file);
    return users && existsSync(users) ? users : new URL(file, SHADERS);
  };
  return {
    file: `${room}${name}`,
    read: (file) => readFileSync(placeOf(file), 'utf8'),
    nameOf: (file) => {
      const { href } = placeOf(file);
      return href.startsWith(SHADERS.href) ? nameOfShader(file) : nameOfShader(href);
    },
  };
}

const readOurs = (file: string): string => readFileSync(new URL(file, SHADERS), 'utf8');

/** What a person calls a shader: its path under `shaders/`, or from here, where that is not up and down again. */
export function nameOfShader(address: string): string {
  if (!isUsers(address)) return `shaders/${address}`;
  const path = fileURLToPath(address);
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
