import { describe, expect, it } from 'vitest';
import { FLOORS } from './floors.js';
import { pathsBelow, readText } from './repository.js';
import { crowdedRooms, floorsListedIn, LARGEST_ROOM } from './rooms.js';

describe('the rooms of src/, shaders/ and pages/', () => {
  it('hold no more files than one look takes in', () => {
    const rooms = ['src', 'shaders', 'pages'];
    const paths = rooms.flatMap((room) => pathsBelow(room)).filter((path) => /\.\w+$/.test(path));
    expect(paths.length).toBeGreaterThan(0);
    expect(crowdedRooms(paths)).toEqual([]);
  });

  const floors = FLOORS.filter((floor) => floor !== 'index');

  it('are all on the map in src/index.ts, from the ground up', () => {
    expect(floorsListedIn(readText('src/index.ts'))).toEqual(floors);
  });

  it('are all on the map in the README, from the ground up', () => {
    const layout = /```\nshaders\/[\s\S]*?```/.exec(readText('README.md'))?.[0] ?? '';
    expect(floorsListedIn(layout)).toEqual(floors);
  });
});

describe('the checks of rooms', () => {
  it('count the files of a folder, not those of its rooms', () => {
    const files = Array.from({ length: LARGEST_ROOM }, (_, index) => `src/gpu/${index}.ts`);
    expect(crowdedRooms([...files, 'src/gpu/memory/pool.ts'])).toEqual([]);
    expect(crowdedRooms([...files, 'src/gpu/pool.ts'])).toEqual([`src/gpu has ${LARGEST_ROOM + 1} files`]);
  });

  it('read floors from lines of text and of a table', () => {
    expect(floorsListedIn('shaders/ x\nsrc/gpu/   device\n * | `src/tensor/` | src/nn/ too |')).toEqual([
      'gpu',
      'tensor',
    ]);
  });
});
