import { describe, expect, it } from 'vitest';
import {
  backportsSource,
  hasSuite,
  parseDeb822Sources,
  parseOneLineSources,
} from '../../scripts/setup/apt-sources.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** What the Debian 12 container images have. */
const IMAGE_SOURCES = `Types: deb
# http://snapshot.example/archive/debian/20250520T000000Z
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: ${KEYRING}

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: ${KEYRING}
`;

/** Vendors that name their suites as Debian does, and stand before Debian's own. */
const VENDORS = `deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.gpg] https://docker.example/linux/debian bookworm stable
deb [arch=amd64] https://vendor.example/runner/debian bookworm main
deb https://vendor.example/debian/12/prod bookworm main
`;

describe('parseOneLineSources', () => {
  it('reads options, suites and components, and leaves comments out', () => {
    const text = `# deb http://old/debian bullseye main
deb [arch=amd64,arm64 Signed-By=/key.gpg check-valid-until=no] http://mirror/debian  bookworm main contrib # ours
deb-src http://mirror/debian bookworm main
   deb http://flat/ ./
`;
    expect(parseOneLineSources(text)).toEqual([
      {
        types: ['deb'],
        uris: ['http://mirror/debian'],
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        options: { 'Signed-By': '/key.gpg', 'Check-Valid-Until': 'no' },
      },
      {
        types: ['deb-src'],
        uris: ['http://mirror/debian'],
        suites: ['bookworm'],
        components: ['main'],
        options: {},
      },
      { types: ['deb'], uris: ['http://flat/'], suites: ['./'], components: [], options: {} },
    ]);
  });
});

describe('parseDeb822Sources', () => {
  it("reads the container images' file", () => {
    const [release, security, ...rest] = parseDeb822Sources(IMAGE_SOURCES);
    expect(release).toEqual({
      types: ['deb'],
      uris: ['http://deb.debian.org/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main'],
      options: { 'Signed-By': KEYRING },
    });
    expect(security.suites).toEqual(['bookworm-security']);
    expect(rest).toEqual([]);
  });

  it('reads fields in any case, values over several lines, and keys written into the file', () => {
    const text = `types: deb
uris:
 http://a/debian
 http://b/debian
suites: bookworm
components: main
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
`;
    const [source] = parseDeb822Sources(text);
    expect(source.uris).toEqual(['http://a/debian', 'http://b/debian']);
    const written = backportsSource([source], 'bookworm');
    expect(written).toContain('URIs: http://a/debian http://b/debian\n');
    expect(parseDeb822Sources(written)[0].options).toEqual(source.options);
    expect(source.options['Signed-By']).toContain('\n mQINBF\n');
  });

  it('leaves disabled sources out', () => {
    expect(parseDeb822Sources(`Enabled: no\n${IMAGE_SOURCES}`)).toHaveLength(1);
  });
});

describe('hasSuite', () => {
  it('sees backports in either format, but not in other components or as source code', () => {
    const has = (line: string) => hasSuite(parseOneLineSources(line), 'bookworm-backports');
    expect(has('deb http://mirror/debian bookworm-backports main')).toBe(true);
    expect(has('deb http://mirror/debian bookworm-backports contrib')).toBe(false);
    expect(has('deb-src http://mirror/debian bookworm-backports main')).toBe(false);
    expect(has('#deb http://mirror/debian bookworm-backports main')).toBe(false);
    expect(hasSuite(parseDeb822Sources(IMAGE_SOURCES), 'bookworm-backports')).toBe(false);
    expect(hasSuite(parseDeb822Sources(IMAGE_SOURCES), 'bookworm')).toBe(true);
  });
});

describe('backportsSource', () => {
  const fieldsOf = (text: string) => parseDeb822Sources(text)[0];

  it("takes the machine's mirror and key", () => {
    expect(fieldsOf(backportsSource(parseDeb822Sources(IMAGE_SOURCES), 'bookworm'))).toEqual({
      types: ['deb'],
      uris: ['http://deb.debian.org/debian'],
      suites: ['bookworm-backports'],
      components: ['main'],
      options: { 'Signed-By': KEYRING },
    });
  });

  it.each([
    [
      'updates come from it',
      'deb http://mirror.example/d bookworm main\ndeb http://mirror.example/d bookworm-updates main',
    ],
    ["Debian's key signs it", `deb [signed-by=${KEYRING}] http://mirror.example/debian bookworm main`],
  ])("prefers the mirror to other vendors', because %s", (_, lines) => {
    const sources = parseOneLineSources(VENDORS + lines);
    expect(fieldsOf(backportsSource(sources, 'bookworm')).uris[0]).toMatch(/^http:\/\/mirror\.example\//);
  });

  it('skips installation discs', () => {
    const lines = 'deb cdrom:[Debian-12]/ bookworm main\ndeb http://mirror.example/debian bookworm main';
    const { uris } = fieldsOf(backportsSource(parseOneLineSources(lines), 'bookworm'));
    expect(uris).toEqual(['http://mirror.example/debian']);
  });

  it("takes Debian's own mirror where the machine names none", () => {
    expect(fieldsOf(backportsSource([], 'bookworm'))).toMatchObject({
      uris: ['http://deb.debian.org/debian'],
      options: { 'Signed-By': KEYRING },
    });
  });
});
