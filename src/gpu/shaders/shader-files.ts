/** Where the text of a shader is: the engine's own, under `shaders/`, and those of users, anywhere. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isShipped, shippedIn, shippedText } from '../../files/shipped.js';

/** The directory of all shaders in the package. */
const DIRECTORY = 'shaders/';

/** The paths under `shaders/` of all that lie there. */
export const shaderFiles = (): string[] => shippedIn(DIRECTORY).map((path) => path.slice(DIRECTORY.length));

/**
 * The text of a shader, or of a module that shaders import, as its author wrote it.
 * @param file its path under `shaders/`, or its address elsewhere
 */
export const shaderText = (file: string): string =>
  isUsers(file) ? readFileSync(new URL(file), 'utf8') : shippedText(DIRECTORY + file);

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
  if (!isUsers(shader)) return isShipped(DIRECTORY + shader);
  const file = new URL(shader);
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
  if (room === undefined) return { file: shader, read: shaderText, nameOf: nameOfShader };
  const name = basename(fileURLToPath(shader));
  const placeOf = (file: string) => {
    const beside = new URL(file.slice(room.length), shader);
    return file.startsWith(room) && existsSync(beside) ? beside.href : file;
  };
  return {
    file: `${room}${name}`,
    read: (file) => shaderText(placeOf(file)),
    nameOf: (file) => nameOfShader(placeOf(file)),
  };
}

/** What a person calls a shader: its path under `shaders/`, or from here, where that is not up and down again. */
export function nameOfShader(address: string): string {
  if (!isUsers(address)) return `shaders/${address}`;
  const path = fileURLToPath(address);
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
