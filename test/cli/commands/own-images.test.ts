import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { photos, writePhotos } from '../../data/writers/photos.js';
import { useDirectory } from '../../support/directory.js';
import { dawngrad, useBuild } from '../dawngrad.js';

useBuild();
const directory = useDirectory();

it('trains on more photographs than one thread decodes, and tells all that it cannot read', async () => {
  const data = writePhotos(directory.file('photos'), { ...photos('cat', 50, 0), ...photos('dog', 50, 150) });
  for (const bad of ['cat/bad.png', 'dog/worse.jpg']) writeFileSync(`${data}/${bad}`, 'x');
  const env = { XDG_CACHE_HOME: directory.file('cache') };
  const run = directory.file('run');
  const args = [
    'nin-glyphs',
    '--data',
    data,
    '--size',
    '8',
    '--epochs',
    '1',
    '--batch',
    '10',
    '--width',
    '0.3',
  ];
  const refused = await dawngrad(['train', ...args, '--out', run], { env });
  expect(refused).toEqual({
    status: 1,
    stdout: '',
    stderr:
      `dawngrad: ${data}: 2 of 102 images cannot be read: cat/bad.png: neither a PNG nor a JPEG image; ` +
      'dog/worse.jpg: neither a PNG nor a JPEG image; --skip-unreadable (skipUnreadable) goes on without them\n',
  });
  const trained = await dawngrad(['train', ...args, '--skip-unreadable', '--out', run], { env });
  expect(trained.stderr).toMatch(
    /^training nin-glyphs \([\d,]+ parameters\) on images \(90 \+ 10 images\)\n/,
  );
  expect(trained.stderr).toContain('note: 2 of 102 images cannot be read: cat/bad.png');
  expect(trained.stdout).toMatch(/^test error: \d+\.\d\d % \(\d+\/10\)\n$/);
});
