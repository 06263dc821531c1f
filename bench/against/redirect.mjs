/** For `node --import`: what is imported from this checkout's `dist/` comes from another's, as far as that has such a file. */
import { register } from 'node:module';

register('./redirect-hooks.mjs', import.meta.url, {
  data: { from: new URL('../../dist/', import.meta.url).href, to: process.env.DAWNGRAD_BENCH_DIST },
});
