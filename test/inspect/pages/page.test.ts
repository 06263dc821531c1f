import { describe, expect, it } from 'vitest';
import { pageText } from '../../../src/inspect/pages/page.js';

describe('pageText', () => {
  const data = { text: 'a </script> and <!-- in it', numbers: [1, 2] };
  const page = pageText({ title: 'A < B', body: '<main></main>', script: 'table.js', data });

  it('is one file: nothing in it asks for another', () => {
    expect(page).not.toMatch(/https?:(?!\/\/www\.w3\.org\/2000\/svg')|\bimport\b|src=|@import|url\(/);
    expect(page.match(/href="[^"]*"/g)).toEqual(['href="data:,"']);
  });

  it('holds its data whole, whatever is in it', () => {
    const [, text = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? [];
    expect(JSON.parse(text)).toEqual(data);
    expect(page.match(/<script/g)).toHaveLength(2);
  });

  it('escapes its title', () => {
    expect(page).toContain('<title>A &lt; B</title>');
  });
});
