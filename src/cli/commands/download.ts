import { type Command, Option } from 'commander';
import { download as fetchDataset } from '../../data/index.js';
import { interruptible } from '../interrupt.js';
import { downloadLog } from '../output/download-log.js';

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
  const show = downloadLog(process.stderr);
  await interruptible('stopping; what has arrived is kept', async (signal) => {
    try {
      await fetchDataset(dataset, to, { ...(baseUrl && { baseUrl }), onProgress: show.progress, signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      show.close();
    }
  });
  process.stdout.write(`${dataset} is in ${to}\n`);
}
