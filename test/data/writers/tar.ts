/** A ustar archive (not compressed) of a directory entry for `folder` and the given files in it. */
export function tarFile(folder: string, files: Readonly<Record<string, Uint8Array>>): Buffer {
  const entry = (name: string, type: string, content: Uint8Array): Buffer => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write(type, 156);
    header.write('ustar\x0000', 257);
    // The checksum is that of a header with blanks in its place.
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0`, 148);
    return Buffer.concat([header, content, Buffer.alloc(-content.length & 511)]);
  };
  return Buffer.concat([
    entry(`${folder}/`, '5', new Uint8Array()),
    ...Object.entries(files).map(([name, content]) => entry(`${folder}/${name}`, '0', content)),
    Buffer.alloc(1024),
  ]);
}
