/** An IDX file of unsigned bytes; the sizes it announces and the elements it holds may disagree, to be found out. */
export function idxFile(sizes: readonly number[], elements: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(0x0800 | sizes.length);
  sizes.forEach((size, d) => {
    header.writeUInt32BE(size, 4 + 4 * d);
  });
  return Buffer.concat([header, elements]);
}
