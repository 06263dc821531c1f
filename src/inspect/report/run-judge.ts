/** Looks into runs: reads their checkpoints, and has their nets judged where that is asked for. */
import { DawngradError } from '../../errors/errors.js';
import type { Checkpoint } from '../../train/checkpoints/checkpoint.js';
import { checkpointIn, type SavedModel, type Which } from '../../train/checkpoints/saved-model.js';
import { loadRunData, movedData, type OtherData, type RunDataset } from '../../train/run/data/run-data.js';
import { firstFilters } from './first-filters.js';
import { imagesToJudge, type Judgement, judge } from './judgement.js';
import type { ReportedRun } from './report-content.js';
import type { RunRecord } from './run-record.js';

/** Lends the net of a checkpoint, on a device that is closed afterwards. */
export type LendModel = <T>(checkpoint: Checkpoint, work: (model: SavedModel) => Promise<T>) => Promise<T>;

export interface JudgeOptions {
  readonly which: Which;
  /** Which data to judge on, if not those of the runs. */
  readonly data?: OtherData | undefined;
  /** Judge on the first images only, at most this many. */
  readonly images?: number | undefined;
  /** Lends the net of a checkpoint; left out, nets are not judged. */
  readonly withModel: LendModel | undefined;
  /** Is told where a checkpoint is damaged and another taken. */
  readonly warn: (text: string) => void;
}

export class RunJudge {
  readonly #options: JudgeOptions;
  /** Data sets that were loaded before, by what was asked for; but those that are streamed. */
  readonly #datasets = new Map<string, RunDataset>();

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /**
   * A run with what its last or best net shows. That it has none, or that its data are elsewhere, is told in place of that.
   * @param signal stops it, with its reason
   */
  async lookInto(record: RunRecord, signal?: AbortSignal): Promise<ReportedRun> {
    const { which, warn, withModel } = this.#options;
    try {
      if (!record.directory.isSaved) throw new DawngradError('There is no checkpoint yet.');
      const checkpoint = checkpointIn(record.directory, which, warn);
      const filters = firstFilters(checkpoint);
      const judgement =
        withModel && (await toldIfRefused(() => this.#judge(record, checkpoint, withModel, signal)));
      return { record, filters, judgement };
    } catch (error) {
      return { record, filters: undefined, judgement: reasonOf(error) };
    }
  }

  async #judge(
    record: RunRecord,
    checkpoint: Checkpoint,
    withModel: LendModel,
    signal?: AbortSignal,
  ): Promise<Judgement> {
    const dataset = await this.#dataset(record);
    try {
      const images = imagesToJudge(record, dataset, this.#options.images);
      return await withModel(checkpoint, (saved) => judge(saved, images, signal));
    } finally {
      await dataset.close?.();
    }
  }

  async #dataset({ config }: RunRecord): Promise<RunDataset> {
    const choice = { ...movedData(config, this.#options.data), limit: config.limit };
    const key = JSON.stringify(choice);
    const dataset = this.#datasets.get(key) ?? (await loadRunData(choice));
    if (!dataset.close) this.#datasets.set(key, dataset);
    return dataset;
  }
}

const toldIfRefused = <T>(work: () => Promise<T>): Promise<T | string> => work().catch(reasonOf);

/** What stands in the place of what could not be found out; mistakes of ours are thrown on. */
function reasonOf(error: unknown): string {
  if (error instanceof DawngradError) return error.message;
  throw error;
}
