/** Copies of a data set that hold the same images in a form that is not read here: people fetch them by mistake. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PYTHON = 'the Python version, which only Python can read, and the binary version is wanted';
const MATLAB = 'the MATLAB version, and the binary version is wanted';
const ARCHIVE = 'the right archive, not unpacked yet';
const WHOLE_NUMBERS = 'whole house numbers ("format 1"), and the cropped digits ("format 2") are wanted';

/** What each file or folder gives away, by data set. */
const VERSIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'cifar-10': {
    'cifar-10-batches-py': PYTHON,
    'cifar-10-python.tar.gz': PYTHON,
    data_batch_1: PYTHON,
    'cifar-10-batches-mat': MATLAB,
    'cifar-10-matlab.tar.gz': MATLAB,
    'data_batch_1.mat': MATLAB,
    'cifar-10-binary.tar.gz': ARCHIVE,
  },
  'cifar-100': {
    'cifar-100-python': PYTHON,
    'cifar-100-python.tar.gz': PYTHON,
    'cifar-100-matlab': MATLAB,
    'cifar-100-matlab.tar.gz': MATLAB,
    'cifar-100-binary.tar.gz': ARCHIVE,
  },
  svhn: {
    'train/digitStruct.mat': WHOLE_NUMBERS,
    'train.tar.gz': WHOLE_NUMBERS,
  },
};

/**
 * What a directory has of a data set in another form than can be read: one sentence with what to do, or undefined.
 * @param dataset its name
 */
export function otherVersion(dataset: string, directory: string): string | undefined {
  const found = Object.entries(VERSIONS[dataset] ?? {}).find(([name]) => existsSync(join(directory, name)));
  if (found === undefined) return undefined;
  const [name, is] = found;
  const what = is === ARCHIVE ? 'unpack' : 'get';
  return `${join(directory, name)} is ${is}; ${what} it with "dawngrad download ${dataset} --to ${directory}"`;
}
