import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isShipped, PACKAGE, shippedIn, shippedText } from '../../src/files/shipped.js';

describe('the files that ship with the code', () => {
  it('are found at any depth, by paths within the package, in order', () => {
    const shaders = shippedIn('shaders/');
    expect(shaders).toContain('shaders/random.wgsl');
    expect(shaders).toContain('shaders/elementwise/relu.wgsl');
    expect(shaders).toEqual([...shaders].sort());
  });

  it('have the text of the file', () => {
    const path = 'recipes/nin-mnist.json';
    expect(isShipped(path)).toBe(true);
    expect(shippedText(path)).toBe(readFileSync(new URL(path, PACKAGE), 'utf8'));
  });

  it('are none where there is no such directory', () => {
    expect(shippedIn('nothing/')).toEqual([]);
    expect(isShipped('nothing/at-all.json')).toBe(false);
    expect(isShipped('shaders/pools')).toBe(false);
    expect(isShipped(`recipes/${'x'.repeat(300)}.json`)).toBe(false);
  });
});
