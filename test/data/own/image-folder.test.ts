import {
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataError, type Dataset, type ImageSet } from '../../../src/data/dataset.js';
import { imageFolder } from '../../../src/data/own/image-folder.js';
import { useFreshDirectory } from '../../support/directory.js';
import { jpegFile } from '../writers/jpeg.js';
import { photos, shade, writePhotos } from '../writers/photos.js';

const directory = useFreshDirectory();
const grey = { size: 2, channels: 1 } as const;
beforeEach(() => vi.stubEnv('XDG_CACHE_HOME', directory.file('cache')));
afterEach(() => vi.unstubAllEnvs());

const write = (files: Parameters<typeof writePhotos>[1], name = 'photos'): string =>
  writePhotos(directory.file(name), files);

/** The shades of a set's images by the names of their classes. */
const shadesOf = ({ pixels, labels, classes, count }: ImageSet): Record<string, number[]> => {
  const shades: Record<string, number[]> = Object.fromEntries(classes.map((name) => [name, []]));
  for (let image = 0; image < count; image++) {
    const [first, ...others] = pixels.subarray(
      (image * pixels.length) / count,
      ((image + 1) * pixels.length) / count,
    );
    expect(new Set(others)).toEqual(new Set([first]));
    shades[classes[labels[image]!]!]!.push(first!);
  }
  for (const list of Object.values(shades)) list.sort((a, b) => a - b);
  return shades;
};
const cachedIn = () => join(directory.file('cache'), 'dawngrad', 'images');

describe('imageFolder', () => {
  it('holds a share of each class out, by the seed', async () => {
    const path = write({ ...photos('cat', 20, 0), ...photos('dog', 10, 100), ...photos('ant', 2, 200) });
    const { train, test, name } = await imageFolder(path, grey);
    expect([name, train.count, test.count, train.classes]).toEqual(['images', 28, 4, ['ant', 'cat', 'dog']]);
    const [trained, tested] = [shadesOf(train), shadesOf(test)];
    expect(Object.values(tested).map(({ length }) => length)).toEqual([1, 2, 1]);
    for (const [label, from, count] of [
      ['ant', 200, 2],
      ['cat', 0, 20],
      ['dog', 100, 10],
    ] as const) {
      const all = [...trained[label]!, ...tested[label]!].sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: count }, (_, i) => from + i));
    }
    // The first are of all classes.
    expect(new Set(train.labels.subarray(0, 15)).size).toBeGreaterThan(1);
    const again = await imageFolder(path, { ...grey, seed: 1 });
    expect(shadesOf(again.test)).not.toEqual(tested);
    const half = await imageFolder(path, { ...grey, test: 0.5 });
    expect(half.test.count).toBe(16);
  });

  it.each([
    ['test', {}],
    ['val', {}],
    ['Test', { 'val/cat/9.png': 30, 'val/dog/9.png': 130 }],
  ])('tests on the images in %s', async (folder, more) => {
    const path = write({
      ...photos('train/cat', 3, 0),
      ...photos('train/dog', 2, 100),
      [`${folder}/cat/a/b.png`]: 20,
      [`${folder}/dog/c.png`]: 120,
      ...more,
    });
    const { train, test } = await imageFolder(path, grey);
    expect(shadesOf(test)).toEqual({ cat: [20], dog: [120] });
    const own = Object.values(more);
    expect(shadesOf(train)).toEqual({ cat: [0, 1, 2, ...own.slice(0, 1)], dog: [100, 101, ...own.slice(1)] });
    // Those of a third folder are the last, where a run holds them out.
    expect([...train.pixels.subarray(train.pixels.length - 4 * own.length)].sort()).toEqual(
      own.flatMap((value) => Array(4).fill(value)).sort(),
    );
  });

  it('reads a table, in which the order of the columns is free, and numbers are in order', async () => {
    write({ 'a.png': 10, 'b/c, d.png': 20, 'e.png': 30, 'f.png': 40 });
    write({ 'list.csv': '\ufeffnote,label,file\r\nx,10,a.png\r\n,2,"b/c, d.png"\r\n,10,e.png\n,2,f.png\n' });
    const { train, test } = await imageFolder(directory.file('photos/list.csv'), { ...grey, test: 0.5 });
    expect(train.classes).toEqual(['2', '10']);
    const both = [shadesOf(train), shadesOf(test)];
    expect(both.flatMap((shades) => shades['2']!).sort()).toEqual([20, 40]);
    expect(both.flatMap((shades) => shades['10']!).sort()).toEqual([10, 30]);
  });

  it('brings grey and colour, PNG and JPEG to what is asked for', async () => {
    const colours = await jpegFile({ width: 30, height: 20, colourOf: () => [250, 120, 10], orientation: 6 });
    const path = write({
      'a/1.jpg': colours,
      'a/2.png': 50,
      'b/1.JPEG': colours,
      'b/2.png': shade(60, 9, 5),
    });
    const { train, test } = await imageFolder(path, { size: 3, test: 0.5 });
    expect(train).toMatchObject({ channels: 3, height: 3, width: 3, count: 2 });
    const images = [train, test].flatMap(({ pixels, labels }) =>
      [0, 1].map((image) => [
        labels[image],
        pixels[image * 27]!,
        pixels[image * 27 + 9]!,
        pixels[image * 27 + 18]!,
      ]),
    );
    const near = (values: number[]) => values.map((value) => expect.closeTo(value, -1));
    expect(images).toEqual(
      expect.arrayContaining([
        [0, 50, 50, 50],
        [1, 60, 60, 60],
      ]),
    );
    expect(images).toEqual(
      expect.arrayContaining([
        [0, ...near([250, 120, 10])],
        [1, ...near([250, 120, 10])],
      ]),
    );
  });

  it.each<['crop' | 'stretch' | 'pad', number[]]>([
    ['crop', [20, 30, 20, 30]],
    ['stretch', [17, 33, 17, 33]],
    ['pad', [17, 33, 0, 0]],
  ])('fits others by %s', async (fit, expected) => {
    const { encode } = await import('fast-png');
    const wide = encode({
      width: 4,
      height: 2,
      channels: 1,
      data: Uint8Array.of(10, 20, 30, 40, 10, 20, 30, 40),
    });
    const path = write({ 'a/1.png': wide, 'a/2.png': wide, 'b/1.png': wide, 'b/2.png': wide });
    const { train } = await imageFolder(path, { ...grey, fit });
    expect([...train.pixels.subarray(0, 4)]).toEqual(expected);
  });

  it('lists all files that cannot be read, and goes on without them where that is asked for', async () => {
    const cut = (await jpegFile({ width: 8, height: 8, colourOf: () => [1, 2, 3] })).subarray(0, 200);
    const path = write({
      ...photos('a', 4, 0),
      ...photos('b', 4, 100),
      'a/cut.jpg': cut,
      'b/page.png': '<html>',
      'b/empty.png': '',
      'b/x.webp': 'RIFF1234WEBP',
      'b/readme.txt': 'not meant to be an image',
    });
    const what =
      '4 of 12 images cannot be read: a/cut.jpg: not a JPEG image that can be read (Premature end of JPEG file); b/empty.png: the file is empty; ' +
      'b/page.png: neither a PNG nor a JPEG image; b/x.webp: a WebP image; only PNG and JPEG can be read';
    const refused = imageFolder(path, grey);
    await expect(refused).rejects.toThrow(DataError);
    await expect(refused).rejects.toThrow(
      `${path}: ${what}; --skip-unreadable (skipUnreadable) goes on without them`,
    );
    const { train, test, note } = await imageFolder(path, { ...grey, skipUnreadable: true });
    expect(train.count + test.count).toBe(8);
    expect(note).toBe(`${what}; left aside`);
  });

  it('names twenty of many', async () => {
    const path = write({ ...photos('a', 2, 0), ...photos('b', 2, 0) });
    for (let i = 0; i < 25; i++) writeFileSync(join(path, 'b', `bad${i}.png`), 'x');
    await expect(imageFolder(path, grey)).rejects.toThrow(
      /^.*25 of 29 images cannot be read: (b\/bad\d+[^;]*; ){20}and 5 more; --skip/,
    );
  });

  it.each<[string, Parameters<typeof writePhotos>[1], string | RegExp]>([
    ['nothing', { 'readme.txt': '' }, 'photos: holds no folders of images, one for each class'],
    [
      'images in no folder',
      { 'a.png': 1, 'b.png': 2 },
      /photos: its images lie in no folder that says of which class they are: a\.png, b\.png/,
    ],
    [
      'an image for each class',
      { 'a/1.png': 1, 'b/1.png': 2 },
      'photos: there is no image to test on; each class needs two, or folders for both',
    ],
    [
      'one class',
      photos('cat', 3, 0),
      'photos: its images are of one class, cat; a net tells two or more apart',
    ],
    [
      'a folder without images',
      { ...photos('cat', 3, 0), 'notes/a.txt': '' },
      /notes: holds no image; each folder here is a class, so fill it or move it away/,
    ],
    [
      'a class that is not trained on',
      { ...photos('train/a', 2, 0), ...photos('train/b', 2, 0), ...photos('test/c', 1, 0) },
      'photos: the classes c are not among those that are trained on: a, b',
    ],
  ])('refuses %s', async (_, files, message) => {
    await expect(imageFolder(write(files), grey)).rejects.toThrow(message);
  });

  it.each([
    ['name,class\na.png,x\n', 'its first line must name the columns file,label; it is name,class'],
    ['file,label\na.png,x\n./a.png,y\n', 'row 3: "./a.png" is in the table twice'.replaceAll('"', '')],
    ['file,label\na.png\n', 'row 2: it lacks the file or the label'],
    ['file,label\na.png,x\nb.png,y\nc.png,y\n', '2 of its files are not there: b.png, c.png'],
    ['file,label\n', 'names no image'],
    ['file,label\n"a.png,x\n', 'not a table of comma-separated values'],
  ])('refuses a table like %j', async (text, message) => {
    const path = write({ 'a.png': 1, 'list.csv': text });
    await expect(imageFolder(join(path, 'list.csv'), grey)).rejects.toThrow(message);
  });

  it('refuses options that are wrong, and images for which there is no room', async () => {
    const path = write({ ...photos('a', 2, 0), ...photos('b', 2, 0) });
    const wrong = (options: object) => expect(imageFolder(path, options as never)).rejects;
    await wrong({}).toThrow('imageFolder: size is undefined; it must be a whole number of at least 1');
    await wrong({ size: 2, fit: 'squash' }).toThrow("it must be 'crop' or 'stretch' or 'pad'");
    await wrong({ size: 2, channels: 2 }).toThrow('it must be 1 or 3');
    await wrong({ size: 2, test: 1 }).toThrow('it must be above 0 and below 1');
    await wrong({ size: 200_000 }).toThrow(
      /4 images of 3 x 200000 x 200000 take 480\.0 GB of memory, where .* choose a smaller size/,
    );
    await expect(imageFolder(directory.file('none'), grey)).rejects.toThrow(
      'none: no such directory, nor table',
    );
  });
});

describe('what was decoded', () => {
  const bitsOf = ({ train, test }: Dataset) =>
    [train.pixels, train.labels, test.pixels, test.labels].map((array) => [...array]);
  const decoded = async (path: string, options: object = {}): Promise<[number, Dataset]> => {
    let done = 0;
    const dataset = await imageFolder(path, {
      ...grey,
      ...options,
      onProgress: (progress) => (done = progress.done),
    });
    return [done, dataset];
  };
  const files = { ...photos('a', 20, 0), ...photos('b', 20, 100) };

  it('is read from the cache the next time, with the same bits', async () => {
    const path = write(files);
    const [first, before] = await decoded(path);
    const [second, after] = await decoded(path);
    expect([first, second]).toEqual([40, 0]);
    expect(bitsOf(after)).toEqual(bitsOf(before));
    expect((await decoded(path, { size: 3 }))[0]).toBe(40);
    expect(readdirSync(cachedIn())).toHaveLength(2);
  });

  it('is decoded anew when a file has changed, or the cache was cut short', async () => {
    const path = write(files);
    await decoded(path);
    writeFileSync(join(path, 'a/0.png'), shade(77));
    utimesSync(join(path, 'a/0.png'), 1, 1);
    const [again, changed] = await decoded(path);
    expect(again).toBe(40);
    expect(
      Object.values(shadesOf(changed.train))
        .flat()
        .concat(Object.values(shadesOf(changed.test)).flat()),
    ).toContain(77);
    for (const name of readdirSync(cachedIn())) truncateSync(join(cachedIn(), name), 100);
    expect((await decoded(path))[0]).toBe(40);
  });

  it('is of one set only, though another has files of the same names, sizes and times', async () => {
    const [one, other] = [photos('a', 2, 100), photos('a', 2, 110)].map((shades, set) => {
      const names = { ...shades, ...photos('b', 2, 120) };
      const path = writePhotos(directory.file(`set${set}`), names);
      for (const name of Object.keys(names)) utimesSync(join(path, name), 1, 1);
      return path;
    }) as [string, string];
    for (const name of ['a/0.png', 'a/1.png'])
      expect(statSync(join(one, name)).size).toBe(statSync(join(other, name)).size);
    const [, first] = await decoded(one);
    const [, second] = await decoded(other);
    expect(bitsOf(second)).not.toEqual(bitsOf(first));
  });

  it('is refused and removed when it was damaged', async () => {
    const path = write(files);
    const [, sound] = await decoded(path);
    const [name] = readdirSync(cachedIn());
    const cache = join(cachedIn(), name!);
    const bytes = readFileSync(cache);
    bytes[5]! ^= 1;
    writeFileSync(cache, bytes);
    await expect(decoded(path)).rejects.toThrow(
      /were damaged, and are removed; run it again to decode them anew$/,
    );
    const [again, anew] = await decoded(path);
    expect([again, bitsOf(anew)]).toEqual([40, bitsOf(sound)]);
  });

  it('goes on where it was stopped, and keeps nothing for ever', async () => {
    const path = write(files);
    await decoded(path);
    const [old] = readdirSync(cachedIn());
    utimesSync(join(cachedIn(), old!), 1, 1);
    const controller = new AbortController();
    const seen: number[] = [];
    const stop = (done: number) => {
      seen.push(done);
      controller.abort(new Error('enough'));
    };
    const options = { size: 3, signal: controller.signal };
    const stopped = imageFolder(path, { ...options, onProgress: ({ done }) => stop(done) });
    await expect(stopped).rejects.toThrow('enough');
    expect(readdirSync(cachedIn())).toEqual([expect.stringMatching(/^[\da-f]{32}\.part$/)]);
    const { signal: _, ...others } = options;
    await imageFolder(path, { ...others, onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual([16, 32, 40]);
    expect(readdirSync(cachedIn())).toEqual([expect.stringMatching(/^[\da-f]{32}\.bin$/)]);
  });

  it('says where it could not be kept', async () => {
    const path = write(files);
    writeFileSync(directory.file('file'), '');
    vi.stubEnv('XDG_CACHE_HOME', directory.file('file'));
    await expect(imageFolder(path, grey)).rejects.toThrow(
      /keeping decoded images in .*: a part of the path is a file, not a directory \(ENOTDIR\); XDG_CACHE_HOME may name another/,
    );
    expect(statSync(directory.file('file')).size).toBe(0);
    rmSync(directory.file('file'));
    if (process.platform !== 'linux') return;
    vi.stubEnv('XDG_CACHE_HOME', '/proc/dawngrad');
    await expect(imageFolder(path, grey)).rejects.toThrow(
      /^making the cache for decoded images .*; XDG_CACHE_HOME may name another directory for caches$/,
    );
  });
});
