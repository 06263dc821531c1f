/** Which operating system this is, as far as it matters for installing a Vulkan driver. */
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} System
 * @property {string} family a key of the advice: debian, ubuntu, fedora, arch, suse, alpine, macos, windows
 *   or linux
 * @property {string} name for people, as in "Debian GNU/Linux 12 (bookworm)"
 * @property {string} codename the release's name in package sources, as in "bookworm"; '' if it has none
 * @property {number} version the release's number, as in 12 or 24.04; Infinity for a rolling release, and for
 *   a derivative, which counts in its own way
 * @property {boolean} isWsl whether this Linux runs inside Windows
 * @property {boolean} isRoot
 */

/** The families by the names that /etc/os-release uses in ID and ID_LIKE. */
const FAMILIES = {
  ubuntu: ['ubuntu'],
  debian: ['debian'],
  fedora: ['fedora', 'rhel', 'centos'],
  arch: ['arch'],
  suse: ['suse', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed', 'sles'],
  alpine: ['alpine'],
};

const OTHER_PLATFORMS = {
  darwin: { family: 'macos', name: 'macOS' },
  win32: { family: 'windows', name: 'Windows' },
};

/** @returns {System} the system that we run on */
export function thisSystem() {
  return detectSystem({
    platform: process.platform,
    osRelease: readOr('/etc/os-release', ''),
    kernel: readOr('/proc/version', ''),
    uid: process.getuid?.() ?? -1,
  });
}

/**
 * @param {{ platform: string, osRelease: string, kernel: string, uid: number }} facts the platform as Node
 *   names it, the text of /etc/os-release, that of /proc/version, and the user's number
 * @returns {System}
 */
export function detectSystem({ platform, osRelease, kernel, uid }) {
  const other = OTHER_PLATFORMS[/** @type {keyof typeof OTHER_PLATFORMS} */ (platform)];
  const { ID = '', ID_LIKE = '', VERSION_ID, VERSION_CODENAME = '', PRETTY_NAME } = parseOsRelease(osRelease);
  const ids = [ID, ...ID_LIKE.split(' ')];
  const known = Object.entries(FAMILIES).find(([, names]) => names.some((name) => ids.includes(name)));
  const isCounted = VERSION_ID !== undefined && known?.[1].includes(ID);
  return {
    family: other?.family ?? known?.[0] ?? 'linux',
    name: other?.name ?? PRETTY_NAME ?? `this system (${platform})`,
    codename: VERSION_CODENAME,
    version: isCounted ? Number.parseFloat(VERSION_ID) : Number.POSITIVE_INFINITY,
    isWsl: /microsoft/i.test(kernel),
    isRoot: uid === 0,
  };
}

/**
 * @param {string} text lines of `KEY=value` or `KEY="value"`
 * @returns {Record<string, string | undefined>}
 */
function parseOsRelease(text) {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)=["']?(.*?)["']?$/gm)].map(([, key, value]) => [key, value]),
  );
}

/**
 * @param {string} path
 * @param {string} fallback
 */
function readOr(path, fallback) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}
