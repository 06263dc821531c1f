/**
 * apt's package sources: reading them in both of their formats, and writing the one that we may have to add.
 * The formats are those of sources.list(5).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Source one entry of the sources
 * @property {string[]} types deb, deb-src
 * @property {string[]} uris
 * @property {string[]} suites
 * @property {string[]} components
 * @property {Record<string, string>} options those of {@link KEPT_OPTIONS} that it has, by their names there
 */

/** What another suite from the same mirror needs too: how its signature is checked. */
const KEPT_OPTIONS = ['Signed-By', 'Trusted', 'Check-Valid-Until'];

/** Where a system has no source of its own that could be followed. */
const DEBIAN = {
  uris: ['http://deb.debian.org/debian'],
  options: { 'Signed-By': '/usr/share/keyrings/debian-archive-keyring.gpg' },
};

/**
 * @param {string} [directory]
 * @returns {Source[]} the enabled sources, in the order in which apt reads them
 */
export function readSources(directory = '/etc/apt') {
  const parts = join(directory, 'sources.list.d');
  const names = existsSync(parts) ? readdirSync(parts).sort() : [];
  const files = [join(directory, 'sources.list'), ...names.map((name) => join(parts, name))].filter(
    existsSync,
  );
  return files.flatMap((path) => {
    if (path.endsWith('.list')) return parseOneLineSources(readFileSync(path, 'utf8'));
    if (path.endsWith('.sources')) return parseDeb822Sources(readFileSync(path, 'utf8'));
    return [];
  });
}

/**
 * @param {string} text lines such as `deb [signed-by=/key.gpg] http://mirror/debian bookworm main contrib`
 * @returns {Source[]}
 */
export function parseOneLineSources(text) {
  const entry = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)([^#\n]*)/gm;
  return [...text.matchAll(entry)].map(([, type, options = '', uri, suite, components]) => ({
    types: [type],
    uris: [uri],
    suites: [suite],
    components: words(components),
    options: keptOptions(
      words(options).map((option) => /** @type {[string, string]} */ (option.split(/=(.*)/s))),
    ),
  }));
}

/**
 * @param {string} text stanzas of `Field: value` lines, with values continued on indented lines
 * @returns {Source[]}
 */
export function parseDeb822Sources(text) {
  const stanzas = text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/);
  return stanzas.flatMap((stanza) => {
    const fields = [...stanza.matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)].map(
      ([, name, value]) => /** @type {[string, string]} */ ([name.toLowerCase(), value.trim()]),
    );
    const {
      types = '',
      uris = '',
      suites = '',
      components = '',
      enabled = 'yes',
    } = Object.fromEntries(fields);
    if (types === '' || /^(no|false|0|off|without|disable)$/i.test(enabled)) return [];
    return {
      types: words(types),
      uris: words(uris),
      suites: words(suites),
      components: words(components),
      options: keptOptions(fields),
    };
  });
}

/**
 * @param {Source[]} sources
 * @param {string} suite
 * @returns {boolean} whether Debian's main packages of that suite can be installed from these sources
 */
export function hasSuite(sources, suite) {
  return sources.some((source) => servesMain(source, suite));
}

/**
 * Describes Debian's backports as a source, from the mirror that the machine's own packages come from.
 *
 * @param {Source[]} sources
 * @param {string} codename the release, as in "bookworm"
 * @returns {string} the text of a .sources file
 */
export function backportsSource(sources, codename) {
  // Other vendors too name their suites after Debian's releases, some at addresses that end in /debian. But
  // only the machine's own mirror also carries the release's updates, and only Debian's own packages are
  // signed with its keys.
  const updates = sources.filter((source) => source.suites.includes(`${codename}-updates`));
  const updatesUris = updates.flatMap((source) => source.uris);
  /** @param {Source} source */
  const signs = ({ uris, options }) =>
    2 * Number(uris.some((uri) => updatesUris.includes(uri))) +
    2 * Number(options['Signed-By']?.includes('debian-archive') ?? false) +
    Number(uris.some((uri) => /\/debian\/?$/.test(uri)));
  const candidates = sources.filter((source) => servesMain(source, codename));
  const mirror = candidates.sort((a, b) => signs(b) - signs(a))[0] ?? DEBIAN;
  return [
    "# Added by dawngrad's set-up, for Mesa's Vulkan driver: the release's own is too old for WebGPU.",
    'Types: deb',
    `URIs: ${mirror.uris.join(' ')}`,
    `Suites: ${codename}-backports`,
    'Components: main',
    ...Object.entries(mirror.options).map(([name, value]) => `${name}: ${value}`),
    '',
  ].join('\n');
}

/**
 * @param {Source} source
 * @param {string} suite
 */
function servesMain({ types, uris, suites, components }, suite) {
  const isOnline = uris.some((uri) => !uri.startsWith('cdrom:'));
  return isOnline && types.includes('deb') && suites.includes(suite) && components.includes('main');
}

/** @param {[string, string][]} options names in any case, with their values */
function keptOptions(options) {
  return Object.fromEntries(
    KEPT_OPTIONS.flatMap((kept) => {
      const found = options.find(([name]) => name.toLowerCase() === kept.toLowerCase());
      return found ? [[kept, found[1]]] : [];
    }),
  );
}

/** @param {string} text */
function words(text) {
  return text.split(/\s+/).filter((word) => word !== '');
}
