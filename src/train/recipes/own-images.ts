/** Images of one's own, as the config of a run has them: which files they are, and what is made of them. */
import { DataError, type StreamedDataset } from '../../data/index.js';
import { OWN_TEST_SHARE, openImages } from '../../data/own/image-folder.js';
import { hashOf, type ImageList } from '../../data/own/image-list.js';
import { listImages } from '../../data/own/list-images.js';
import { partsOf, saysParts } from '../../data/own/parts.js';
import type { OnProgress } from '../../data/preprocessing/progress.js';
import { RunError } from '../run/run-error.js';
import type { RunConfig } from './config.js';
import { usualInput } from './find-model.js';

type Images = NonNullable<RunConfig['images']>;

/** What a user may say about them. */
export interface OwnImagesOptions extends Partial<Pick<Images, 'size' | 'fit' | 'test' | 'skipUnreadable'>> {
  readonly seed?: number;
}

/** The part of a config that says which images there are. */
export type OwnData = Pick<RunConfig, 'images' | 'validation'>;

/**
 * What a config says of the images in a directory or a table: of the size that the model is made for, unless another is asked for.
 * @throws FileError, DataError when there are none, RunError for options that contradict what is there
 */
export function ownData(model: string, source: string, options: OwnImagesOptions): OwnData {
  const list = listImages(source);
  const says = saysParts(list);
  if (says && options.test !== undefined) {
    throw new RunError(
      `--test ${options.test}: the folders of ${source} say which images are tested on; leave it out`,
    );
  }
  const { size = usualInput(model)[1], fit = 'crop', skipUnreadable = false, seed = 0 } = options;
  const { validation } = partsOf(list, { test: OWN_TEST_SHARE, seed });
  return {
    images: {
      ...{ size, fit, skipUnreadable, seed, classes: list.classes, files: hashOf(list) },
      ...(!says && { test: options.test ?? OWN_TEST_SHARE }),
    },
    ...(validation.length > 0 && { validation: { images: validation.length, from: 'end' } }),
  };
}

/** What is loaded in place of a run's own images: those of another directory, all of them tested on if no folder says otherwise. */
export function otherImages(images: Images, source: string): Images {
  const list = listImages(source, images.classes);
  const files = hashOf(list);
  const { test: _, ...others } = images;
  return files === images.files ? images : { ...others, files, ...(!saysParts(list) && { test: 1 }) };
}

export interface LoadOptions {
  /** Hears how many images are decoded. */
  readonly onProgress?: OnProgress | undefined;
  /** Stops the decoding, with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Decode all of them before it comes back (default false). */
  readonly wait?: boolean | undefined;
}

/**
 * The images of a config, decoded while they are used.
 * @throws DataError when they are others than those that it was made for; FileError
 */
export async function loadOwnImages(
  model: string,
  source: string,
  { size, fit, skipUnreadable, classes, files, test = OWN_TEST_SHARE, seed }: Images,
  { onProgress, signal, wait }: LoadOptions,
): Promise<StreamedDataset> {
  const list = listImages(source, classes);
  refuseChanged(list, files);
  const channels = usualInput(model)[0] === 1 ? 1 : 3;
  const dataset = await openImages(list, partsOf(list, { test, seed }), {
    ...{ size, channels, fit, skipUnreadable },
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
    ...(wait && { wait }),
  });
  if (test !== 1) return dataset;
  const scored = `these are not the images of the run, and all ${dataset.test.count} of them are scored`;
  return { ...dataset, note: [scored, ...(dataset.note ? [dataset.note] : [])].join('; ') };
}

function refuseChanged(list: ImageList, files: string): void {
  if (hashOf(list) === files) return;
  throw new DataError(
    `${list.source}: its images are not those that the run began with: files came, went, moved or have another size; ` +
      'bring them back, or begin a new run; eval --data scores others',
  );
}
