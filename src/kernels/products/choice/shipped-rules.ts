/** Rules that come with the engine, `tuning/*.json`: what was measured on adapters that many people have. */
import { z } from 'zod';
import { DawngradError } from '../../../errors/errors.js';
import { shippedIn, shippedText } from '../../../files/shipped.js';
import type { Epilogue, Product } from '../product.js';

const range = z.strictObject({ least: z.number().optional(), most: z.number().optional() });

const ruleSchema = z.strictObject({
  variant: z.string(),
  /** All must hold; without any, the rule is for every product. */
  when: z
    .strictObject({
      batches: range.optional(),
      rows: range.optional(),
      columns: range.optional(),
      /** How many terms a sum has. */
      terms: range.optional(),
      /** How many tiles of such a size it has, of which a workgroup computes one: the last in a row or a column may be part of one. */
      tiles: z.strictObject({ of: z.tuple([z.number(), z.number()]), least: z.number() }).optional(),
      /** Is b read through a sliding window? */
      window: z.boolean().optional(),
      /** Does anything happen to a sum before it is stored? */
      epilogue: z.boolean().optional(),
      /** Do the terms of a sum lie side by side in b, as in the gradient of a weight? */
      alongTerms: z.boolean().optional(),
    })
    .default({}),
});

const schema = z.strictObject({
  /** A part of the names of the adapters that it is for, in small letters. */
  adapter: z.string().min(1),
  /** On what, and with what, the rules were found. */
  measured: z.string(),
  /** The first that holds, of those whose variant the device can run. */
  rules: z.array(ruleSchema),
});

/** One rule: a variant, and the products that it is for. */
export type ShippedRule = z.infer<typeof ruleSchema> & {
  /** Where it stands: `rule 2 of tuning/lavapipe.json`. */
  readonly place: string;
};

/**
 * The rules for an adapter, or none.
 * @throws DawngradError when a file of rules is not one
 */
export function shippedRules(adapter: string): readonly ShippedRule[] {
  // Rules are help, not need: a copy of the engine without them works.
  for (const file of shippedIn('tuning/')) {
    if (!file.endsWith('.json')) continue;
    const found = schema.safeParse(JSON.parse(shippedText(file)));
    if (!found.success) throw new DawngradError(`${file}: ${z.prettifyError(found.error)}`);
    if (!adapter.toLowerCase().includes(found.data.adapter)) continue;
    return found.data.rules.map((rule, index) => ({ ...rule, place: `rule ${index + 1} of ${file}` }));
  }
  return [];
}

/** Does a rule hold for a product? */
export function holds({ when }: z.infer<typeof ruleSchema>, product: Product, epilogue: Epilogue): boolean {
  const { batches, rows, columns, outer, middle = 1, inner, b } = product;
  const flags = {
    window: b.window !== undefined,
    epilogue: Object.values(epilogue).some(Boolean),
    alongTerms: b.window ? Boolean(b.window.innerX) : b.inner === 1 && b.column !== 1,
  };
  const sizes = { batches, rows, columns, terms: outer * middle * inner };
  const { of: [high, wide] = [1, 1], least: fewest = 0 } = when.tiles ?? {};
  return (
    batches * Math.ceil(rows / high) * Math.ceil(columns / wide) >= fewest &&
    namesOf(flags).every((name) => when[name] === undefined || when[name] === flags[name]) &&
    namesOf(sizes).every((name) => {
      const { least = 0, most = Number.POSITIVE_INFINITY } = when[name] ?? {};
      return sizes[name] >= least && sizes[name] <= most;
    })
  );
}

const namesOf = <Fields extends object>(fields: Fields) => Object.keys(fields) as (keyof Fields)[];
