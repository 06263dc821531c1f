/** Every parser of files there is, with sound files of its kind. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { readPng } from '../../../src/data/codecs/png.js';
import type { ImageSet } from '../../../src/data/dataset.js';
import { untar } from '../../../src/data/download/untar.js';
import { readRecords } from '../../../src/data/formats/cifar.js';
import { readUnpacked } from '../../../src/data/formats/files.js';
import { readIdx } from '../../../src/data/formats/idx.js';
import { parseMat5 } from '../../../src/data/formats/mat5.js';
import { mnist } from '../../../src/data/formats/mnist.js';
import { svhn } from '../../../src/data/formats/svhn.js';
import { enterSweep, sweepDefinition, trialsOf } from '../../../src/experiments/sweep/definition.js';
import { parseMeasuredTable } from '../../../src/kernels/products/choice/measured-table.js';
import { sizeOf } from '../../../src/tensor/shape.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/train/checkpoints/safetensors.js';
import { parseConfig } from '../../../src/train/recipes/config.js';
import { readRecipe, recipeNames } from '../../../src/train/recipes/recipe.js';
import { readMetrics } from '../../../src/train/run/metrics.js';
import { readResult } from '../../../src/train/run/result.js';
import { readPreprocessing } from '../../../src/train/run/saved-preprocessing.js';
import { idxFile } from '../../data/writers/idx.js';
import { type MatVariable, matFile } from '../../data/writers/mat5.js';
import { mnistImages, mnistLabels, writeMnist } from '../../data/writers/mnist.js';
import { pngFile } from '../../data/writers/png.js';
import { tarFile } from '../../data/writers/tar.js';
import { tinyConfig } from '../../train/run/tiny-run.js';
import type { Subject } from './fuzz.js';

/** Bytes that compress, but not to nothing. */
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 7) % 251);
const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value, null, 2));

const isImageSet = ({ count, channels, height, width, pixels, labels, classes }: ImageSet): boolean =>
  count > 0 &&
  pixels.length === count * channels * height * width &&
  labels.length === count &&
  labels.every((label) => label < classes.length);

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isConfig = ({ model, epochs, learningRate }: ReturnType<typeof parseConfig>): boolean =>
  model.length > 0 && Number.isInteger(epochs) && learningRate > 0;

/** Images of the size of CIFAR's and SVHN's, in the layout of MATLAB. */
const digits = (count: number, numbers = false): MatVariable[] => [
  { name: 'X', sizes: [32, 32, 3, count], type: 2, bytes: bytes(3072 * count) },
  numbers
    ? {
        name: 'y',
        sizes: [count, 1],
        type: 9,
        arrayClass: 6,
        bytes: new Uint8Array(new Float64Array(count).fill(3).buffer),
      }
    : { name: 'y', sizes: [count, 1], type: 2, bytes: new Uint8Array(count).fill(10) },
];

const subject = <T>(
  name: string,
  files: readonly Uint8Array[],
  read: (bytes: Uint8Array) => T | Promise<T>,
  isSound: (value: T) => boolean,
  more: Partial<Subject> = {},
): Subject => ({
  name,
  files,
  read,
  isSound: isSound as Subject['isSound'],
  ...more,
});

const json = { json: true };

/** @param directory an empty one to work in */
export function subjects(directory: string): Subject[] {
  const put = (name: string, content: Uint8Array): string => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  /** A parser that takes a path. */
  const ofFile =
    <T>(name: string, read: (path: string) => T) =>
    (content: Uint8Array): T =>
      read(put(name, content));

  put('svhn/test_32x32.mat', matFile(digits(1)));
  const layout = { count: 3, labelBytes: 1, classes: [...'0123456789'] };
  const records = bytes(3 * 3073).map((byte, at) => (at % 3073 === 0 ? 3 : byte));
  const coarse = bytes(3 * 3074).map((byte, at) => (at % 3074 < 2 ? 3 : byte));
  const archive = tarFile('folder', { 'a.bin': bytes(1000), 'b.bin': bytes(600) });
  const unpackedFiles = async (content: Uint8Array): Promise<Record<string, string>> => {
    const target = join(directory, 'unpacked');
    rmSync(target, { recursive: true, force: true });
    await untar(put('archive.tar.gz', content), target);
    return Object.fromEntries(
      readdirSync(target).map((name) => [name, readFileSync(join(target, name), 'hex')]),
    );
  };
  const png = (channels: 1 | 2 | 3 | 4, depth: 8 | 16): Uint8Array => {
    const data = bytes(channels * 6 * 5);
    return encode({
      width: 6,
      height: 5,
      channels,
      depth,
      data: depth === 16 ? Uint16Array.from(data) : data,
    });
  };
  const tensors = new Map([
    ['weight', { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ['count', { shape: [], values: Uint32Array.of(7) }],
  ]);
  const metrics = {
    epoch: 1,
    step: 10,
    learningRate: 0.1,
    trainLoss: 2,
    trainError: 0.5,
    testLoss: 2,
    testError: 0.5,
    imagesPerSecond: 9,
    seconds: 3,
  };
  const probe = {
    ...{ probe: 'activation', name: 'conv', step: 11, count: 4, notFinite: 0, zeros: 1 },
    ...{ mean: 0.5, deviation: null, least: -1, most: 2 },
  };
  const score = { error: 0.5, wrong: 5, images: 10, loss: 1 };
  const subjectOfTable = { adapter: 'a', driver: 'd', lanes: '8 to 8', precision: 'highest', shaders: 'x' };
  const sweep = sweepDefinition({ ...tinyConfig, validation: { images: 12, from: 'end' } }, [
    { field: 'weightDecay', values: [0.1, 0.2] },
  ]);
  const preprocessing = encodeSafetensors({
    tensors: new Map([
      ['0.standardise.mean', { shape: [3], values: Float32Array.of(1, 2, 3) }],
      ['0.standardise.std', { shape: [3], values: Float32Array.of(1, 2, 3) }],
    ]),
    metadata: { steps: JSON.stringify([{ name: 'standardise' }]) },
  });
  const recipe = readFileSync(new URL(`../../../recipes/${recipeNames()[0]}.json`, import.meta.url));
  const indexed = pngFile({
    width: 3,
    height: 2,
    colourType: 3,
    depth: 2,
    rows: [0, 0b00011000, 0, 0b01000100],
    extra: { PLTE: bytes(9) },
  });
  /** Width, height, bits, colour type, interlacing, and rows of pixels. */
  const rows = Uint8Array.of(4, 3, 8, 2, 0, ...bytes(39).map((byte, at) => (at % 13 === 0 ? at % 5 : byte)));
  const isIdx = ({ sizes, elements }: ReturnType<typeof readIdx>): boolean =>
    elements.length === sizes.reduce((product, size) => product * size, 1);
  const isImage = ({ channels, height, width, pixels }: ReturnType<typeof readPng>): boolean =>
    pixels.length === channels * height * width && pixels.every((value) => value >= 0 && value <= 255);
  const areVariables = (found: ReturnType<typeof parseMat5>): boolean =>
    [...found.values()].every(
      ({ sizes, elements }) => elements.length === sizes.reduce((product, size) => product * size, 1),
    );

  const readImages = ofFile('images', (path) => readIdx(path, 3));
  /** Each in a directory of its own, so that the other three files are sound. */
  const readMnist = (file: string) => {
    const name = `mnist of ${file}`;
    mkdirSync(join(directory, name));
    writeMnist(join(directory, name));
    return ofFile(`${name}/${file}`, () => mnist.load(join(directory, name)).test);
  };
  const readSvhn = ofFile('svhn/train_32x32.mat', () => svhn.load(join(directory, 'svhn')).train);
  const readMat = (content: Uint8Array): ReturnType<typeof parseMat5> => parseMat5('file.mat', content);
  const mats = [matFile(digits(2)), matFile(digits(1, true), { bigEndian: true })];

  return [
    subject('IDX', [mnistImages(2), idxFile([2, 3, 4], bytes(24))], readImages, isIdx),
    subject(
      'IDX, then gzip',
      [idxFile([2, 3, 4], bytes(24))],
      ofFile('i.gz', (path) => readIdx(path, 3)),
      isIdx,
      { pack: gzipSync },
    ),
    subject(
      'gzip of IDX',
      [gzipSync(mnistImages(5))],
      ofFile('i.gz', (path) => readIdx(path, 3)),
      isIdx,
      { guarded: true },
    ),
    subject(
      'gzip of anything',
      [gzipSync(bytes(5000)), gzipSync(new Uint8Array(10 ** 6))],
      ofFile('any.gz', readUnpacked),
      (value: Uint8Array) => value.length > 0,
      { guarded: true },
    ),
    subject('MNIST images', [mnistImages(5)], readMnist('t10k-images-idx3-ubyte'), isImageSet),
    subject('MNIST labels', [mnistLabels(5)], readMnist('t10k-labels-idx1-ubyte'), isImageSet),
    subject(
      'CIFAR-10',
      [records],
      ofFile('batch.bin', (path) => readRecords([path], layout)),
      isImageSet,
    ),
    subject(
      'CIFAR-100',
      [coarse],
      ofFile('train.bin', (path) => readRecords([path], { ...layout, labelBytes: 2 })),
      isImageSet,
    ),
    subject(
      'CIFAR-10, then gzip',
      [records],
      ofFile('batch.bin.gz', (path) => readRecords([path], layout)),
      isImageSet,
      { pack: gzipSync },
    ),
    subject('MAT-file', mats, readMat, areVariables),
    subject('MAT-file, compressed', [matFile(digits(2), { compressed: true })], readMat, areVariables),
    subject('SVHN', [matFile(digits(2)), matFile(digits(2), { compressed: true })], readSvhn, isImageSet),
    subject(
      'PNG',
      [png(1, 8), png(2, 8), png(3, 8), png(4, 16), indexed],
      ofFile('image.png', readPng),
      isImage,
      { guarded: true },
    ),
    subject('PNG with sound checksums', [rows], (content) => readPng(put('image.png', content)), isImage, {
      pack: (content) =>
        pngFile({
          width: content[0] ?? 0,
          height: content[1] ?? 0,
          depth: content[2] ?? 0,
          colourType: content[3] ?? 0,
          interlace: content[4] ?? 0,
          rows: [...content.subarray(5)],
        }),
    }),
    subject('gzip of tar', [gzipSync(archive)], unpackedFiles, isObject, { guarded: true }),
    subject('tar, then gzip', [archive], unpackedFiles, isObject, { pack: gzipSync }),
    subject(
      'safetensors',
      [encodeSafetensors({ tensors, metadata: { note: 'x' } })],
      (content) => decodeSafetensors(content, 'file'),
      ({ tensors }) => [...tensors.values()].every(({ shape, values }) => values.length === sizeOf(shape)),
    ),
    subject(
      'preprocessing',
      [preprocessing],
      ofFile('preprocessing.safetensors', () => readPreprocessing(directory)),
      (value) => isObject(value?.spec),
    ),
    subject(
      'config',
      [text(tinyConfig)],
      (content) => parseConfig(Buffer.from(content).toString(), 'config.json'),
      isConfig,
      json,
    ),
    subject(
      'recipe',
      [recipe, text({ extends: 'nin-cifar10', description: 'x' })],
      ofFile('recipe.json', readRecipe),
      isConfig,
      json,
    ),
    subject(
      'metrics',
      [
        Buffer.from(
          [metrics, probe, { ...metrics, epoch: metrics.epoch + 1 }]
            .map((epoch) => `${JSON.stringify(epoch)}\n`)
            .join(''),
        ),
      ],
      ofFile('metrics.jsonl', readMetrics),
      (found) => found.every(({ epoch, trainLoss }) => epoch > 0 && isNumber(trainLoss)),
    ),
    subject('result', [text({ epochs: 2, test: score })], ofFile('result.json', readResult), isObject, json),
    subject(
      'tuning table',
      [
        text({
          subject: subjectOfTable,
          products: { key: { variant: 'naive', milliseconds: { naive: 1 } } },
        }),
      ],
      (content) => parseMeasuredTable(Buffer.from(content).toString(), subjectOfTable),
      (found) =>
        'ignored' in found
          ? !found.ignored.includes('\n')
          : Object.values(found.products).every(({ variant }) => typeof variant === 'string'),
      json,
    ),
    subject(
      'sweep',
      [text(sweep)],
      ofFile('sweep/sweep.json', () => trialsOf(enterSweep(join(directory, 'sweep')))),
      (trials) => trials.every(({ config }) => isConfig(config)),
      json,
    ),
  ];
}
