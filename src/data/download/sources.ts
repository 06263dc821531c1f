/** Where the data sets live. */

export interface RemoteFile {
  readonly name: string;
  /** Checksum of the file as served, in hexadecimal. */
  readonly md5: string;
  /** Set for a gzipped tar archive: the folder that it holds, into which it is unpacked. */
  readonly folder?: string;
}

export interface Source {
  /** Addresses of directories that serve all the files, the preferred one first. */
  readonly mirrors: readonly string[];
  readonly files: readonly RemoteFile[];
}

export const SOURCES: Readonly<Record<string, Source>> = {
  mnist: {
    mirrors: [
      'https://ossci-datasets.s3.amazonaws.com/mnist',
      'https://storage.googleapis.com/cvdf-datasets/mnist',
    ],
    files: [
      { name: 'train-images-idx3-ubyte.gz', md5: 'f68b3c2dcbeaaa9fbdd348bbdeb94873' },
      { name: 'train-labels-idx1-ubyte.gz', md5: 'd53e105ee54ea40749a09fcbcd1e9432' },
      { name: 't10k-images-idx3-ubyte.gz', md5: '9fb629c4189551a2d022fa330f9573f3' },
      { name: 't10k-labels-idx1-ubyte.gz', md5: 'ec29112dd5afa0611ce80d1b7f02629c' },
    ],
  },
  'fashion-mnist': {
    // The authors' server speaks no https; the checksums stand in for it.
    mirrors: ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com'],
    files: [
      { name: 'train-images-idx3-ubyte.gz', md5: '8d4fb7e6c68d591d4c3dfef9ec88bf0d' },
      { name: 'train-labels-idx1-ubyte.gz', md5: '25c81989df183df01b3e8a0aad5dffbe' },
      { name: 't10k-images-idx3-ubyte.gz', md5: 'bef4ecab320f06d8554ea6380940ec79' },
      { name: 't10k-labels-idx1-ubyte.gz', md5: 'bb300cfdad3c16e7a12a480ee83cd310' },
    ],
  },
  'cifar-10': {
    mirrors: ['https://www.cs.toronto.edu/~kriz'],
    files: [
      {
        name: 'cifar-10-binary.tar.gz',
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
        folder: 'cifar-10-batches-bin',
      },
    ],
  },
  'cifar-100': {
    mirrors: ['https://www.cs.toronto.edu/~kriz'],
    files: [
      {
        name: 'cifar-100-binary.tar.gz',
        md5: '03b5dce01913d631647c71ecec9e9cb8',
        folder: 'cifar-100-binary',
      },
    ],
  },
  svhn: {
    mirrors: ['http://ufldl.stanford.edu/housenumbers'],
    files: [
      { name: 'train_32x32.mat', md5: 'e26dedcc434d2e4c54c9b2d4a06d8373' },
      { name: 'test_32x32.mat', md5: 'eb5a983be6a315427106f1b164d9cef3' },
    ],
  },
};
