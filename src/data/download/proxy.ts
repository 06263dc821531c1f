/** Proxies that the environment names, in the variables that curl, npm and git heed too. */
import type { RequestInit } from 'undici';
import { DataError } from '../dataset.js';

/** The value of the first of these variables that is set, in small letters before capitals. */
const named = (...names: readonly string[]): string | undefined =>
  names.flatMap((name) => [process.env[name], process.env[name.toUpperCase()]]).find(Boolean);

/** The proxies by the protocol of what is fetched; undefined where the environment names none. */
function proxies(): { httpProxy?: string; httpsProxy: string; noProxy: string } | undefined {
  const [http, https] = [named('http_proxy', 'all_proxy'), named('https_proxy', 'http_proxy', 'all_proxy')];
  if (https === undefined) return undefined;
  return { ...(http && { httpProxy: http }), httpsProxy: https, noProxy: named('no_proxy') ?? '' };
}

/** How to fetch, and how to give back what that took. */
export interface Fetcher {
  readonly fetch: typeof fetch;
  /** For messages: by which way. */
  readonly way: string;
  close(): Promise<void>;
}

/**
 * Fetches through the proxies that the environment names (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`), but for the hosts in
 * `NO_PROXY`; directly where it names none.
 * @throws DataError when what it names is no address
 */
export async function fetcher(): Promise<Fetcher> {
  const found = proxies();
  if (!found) return { fetch, way: '', close: async () => {} };
  // Node's own `fetch` learned of these variables long after version 20.
  const undici = await import('undici');
  try {
    const dispatcher = new undici.EnvHttpProxyAgent({ ...found, proxyTunnel: false });
    const through = (url: string, init: RequestInit) => undici.fetch(url, { ...init, dispatcher });
    return {
      fetch: through as unknown as typeof fetch,
      way: ' (by way of the proxy that the environment names)',
      close: () => dispatcher.destroy(),
    };
  } catch {
    throw new DataError(
      'HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names a proxy by what is no address; http://host:port is one',
    );
  }
}
