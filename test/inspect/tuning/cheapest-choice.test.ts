import { describe, expect, it } from 'vitest';
import { cheapestChoice } from '../../../src/inspect/tuning/cheapest-choice.js';

const option = (variant: string, milliseconds: number, pipeline = variant) => ({
  variant,
  pipeline,
  milliseconds,
});
const large = { count: 2, options: [option('wide', 10), option('narrow', 20)] };
const small = { count: 1, options: [option('narrow', 1), option('wide', 3)] };
const choices = (compile: Record<string, number>, steps: number, products = [large, small]) =>
  [...cheapestChoice(products, new Map(Object.entries(compile)), steps).values()].map(
    ({ variant }) => variant,
  );

describe('the cheapest choice', () => {
  it('is the fastest for each product where compiling is free, or is spread over many steps', () => {
    expect(choices({}, 1)).toEqual(['wide', 'narrow']);
    expect(choices({ wide: 500, narrow: 500 }, 1000)).toEqual(['wide', 'narrow']);
  });

  it('gives up a pipeline that does not earn what compiling it costs', () => {
    expect(choices({ wide: 500, narrow: 500 }, 100)).toEqual(['wide', 'wide']);
    expect(choices({ wide: 5000, narrow: 500 }, 100)).toEqual(['narrow', 'narrow']);
  });

  it('keeps what a product cannot do without', () => {
    const only = { count: 1, options: [option('narrow', 1)] };
    expect(choices({ wide: 500, narrow: 5e6 }, 1, [large, only])).toEqual(['narrow', 'narrow']);
    expect(choices({ wide: 10, narrow: 5e6 }, 100, [large, only])).toEqual(['wide', 'narrow']);
  });
});
