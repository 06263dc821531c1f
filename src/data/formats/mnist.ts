import { resolve } from 'node:path';
import { DataError, type DatasetFormat, type ImageSet } from '../dataset.js';
import { checkLabels, findFile, needFile } from './files.js';
import { readIdx } from './idx.js';

/** Side of the images, pixels. */
const SIZE = 28;

/** The four files; in some copies the hyphen before `idx` is a dot. */
const FILES = {
  trainImages: ['train-images-idx3-ubyte', 'train-images.idx3-ubyte'],
  trainLabels: ['train-labels-idx1-ubyte', 'train-labels.idx1-ubyte'],
  testImages: ['t10k-images-idx3-ubyte', 't10k-images.idx3-ubyte'],
  testLabels: ['t10k-labels-idx1-ubyte', 't10k-labels.idx1-ubyte'],
} as const;

const FASHION = [
  'T-shirt/top',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];

/** MNIST: 60,000 + 10,000 handwritten digits, 28x28 grey (LeCun et al. 1998). */
export const mnist = format('mnist', 'MNIST/raw', [...'0123456789']);

/** Fashion-MNIST: articles of clothing in MNIST's format (Xiao, Rasul and Vollgraf 2017). */
export const fashionMnist = format('fashion-mnist', 'FashionMNIST/raw', FASHION);

/** @param folder where torchvision keeps the files, below the directory that it is given */
function format(name: string, folder: string, classes: readonly string[]): DatasetFormat {
  return {
    name,
    files: `${FILES.trainImages[0]} and its three companions, the path ${name === 'mnist' ? 'without' : 'with'} "fashion"`,
    // The two sets have the same files: only the path tells them apart.
    isIn(directory) {
      const found = findFile(resolve(directory), [folder], FILES.trainImages);
      return found !== undefined && /fashion/i.test(found) === /fashion/.test(name);
    },
    load(directory) {
      const find = (names: readonly string[]): string => needFile(name, directory, [folder], names);
      const [trainImages, trainLabels] = [find(FILES.trainImages), find(FILES.trainLabels)];
      const [testImages, testLabels] = [find(FILES.testImages), find(FILES.testLabels)];
      return {
        name,
        train: readPair(trainImages, trainLabels, classes),
        test: readPair(testImages, testLabels, classes),
      };
    },
  };
}

function readPair(imagesPath: string, labelsPath: string, classes: readonly string[]): ImageSet {
  const images = readIdx(imagesPath, 3);
  const labels = readIdx(labelsPath, 1);
  const [count, height, width] = images.sizes as [number, number, number];
  if (count === 0 || height !== SIZE || width !== SIZE) {
    throw new DataError(
      `${imagesPath}: expected images of ${SIZE} x ${SIZE}, found ${count} of ${height} x ${width}; ` +
        'this is not the file it is named after',
    );
  }
  if (labels.sizes[0] !== count) {
    throw new DataError(
      `${labelsPath}: expected a label for each of the ${count} images of ${imagesPath}, found ${labels.sizes[0]}; ` +
        'take both files from the same copy',
    );
  }
  checkLabels(labelsPath, labels.elements, classes.length);
  return { count, channels: 1, height, width, pixels: images.elements, labels: labels.elements, classes };
}
