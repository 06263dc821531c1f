import { decodePng } from '../png.js';
import type { Planes } from '../resize.js';

/**
 * What the bytes of an image file show.
 * @param path names it in messages
 * @throws DataError when it cannot be read as an image, or is damaged
 */
export const decodeImage = async (path: string, file: Uint8Array): Promise<Planes> => decodePng(path, file);
