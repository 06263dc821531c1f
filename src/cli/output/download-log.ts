import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '../../data/index.js';

/** Shows a person how a download goes, until it is closed. */
export interface DownloadLog {
  progress(progress: Progress): void;
  close(): void;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** A bar for each file where there is a terminal, a line for each where there is none. */
export const downloadLog = (stream: NodeJS.WriteStream): DownloadLog =>
  stream.isTTY ? bars(stream) : lines(stream);

/** A bar for each file. */
function bars(stream: NodeJS.WriteStream): DownloadLog {
  const format = '{file} |{bar}| {megabytes} MB';
  const bar = new SingleBar({ stream, format, barsize: 30, gracefulExit: false }, Presets.shades_classic);
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

/** A line for each file. */
function lines(stream: NodeJS.WriteStream): DownloadLog {
  let current = '';
  return {
    progress({ file, total }) {
      if (file === current) return;
      current = file;
      stream.write(`fetching ${file}${total === undefined ? '' : ` (${megabytes(total)} MB)`}\n`);
    },
    close() {},
  };
}
