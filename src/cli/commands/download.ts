import { Presets, SingleBar } from 'cli-progress';
import { type Command, Option } from 'commander';
import { download as fetchDataset, type Progress } from '../../data/index.js';
import { Exit } from '../failure.js';
import { INTERRUPTED, interruptible } from '../interrupt.js';

interface Flags {
  to: string;
  baseUrl?: string;
}

export function defineDownload(program: Command): void {
  program
    .command('download')
    .description('fetch a data set; one that was stopped half-way goes on')
    .argument('<dataset>', 'mnist, fashion-mnist, cifar-10, cifar-100 or svhn')
    .requiredOption('--to <dir>', 'where to put it; made if need be')
    .addOption(new Option('--base-url <url>', 'a directory on a server to take the files from instead'))
    .action(download);
}

async function download(dataset: string, { to, baseUrl }: Flags): Promise<void> {
  const show = process.stderr.isTTY ? bars() : lines();
  const stopped = await interruptible('stopping; what has arrived is kept', async (signal) => {
    try {
      await fetchDataset(dataset, to, { ...(baseUrl && { baseUrl }), onProgress: show.progress, signal });
      return false;
    } catch (error) {
      if (!signal.aborted) throw error;
      return true;
    } finally {
      show.close();
    }
  });
  if (stopped) throw new Exit(INTERRUPTED);
  process.stdout.write(`${dataset} is in ${to}\n`);
}

interface Display {
  progress(progress: Progress): void;
  close(): void;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** One bar a file. */
function bars(): Display {
  const format = '{file} |{bar}| {megabytes} MB';
  const bar = new SingleBar({ format, barsize: 30, gracefulExit: false }, Presets.shades_classic);
  let current = '';
  return {
    progress({ file, received, total = received }) {
      if (file !== current) {
        bar.stop();
        bar.start(total, received, { file, megabytes: megabytes(received) });
        current = file;
      }
      bar.update(received, { megabytes: megabytes(received) });
    },
    close: () => bar.stop(),
  };
}

/** One line a file. */
function lines(): Display {
  let current = '';
  return {
    progress({ file, total }) {
      if (file === current) return;
      current = file;
      process.stderr.write(`fetching ${file}${total === undefined ? '' : ` (${megabytes(total)} MB)`}\n`);
    },
    close() {},
  };
}
