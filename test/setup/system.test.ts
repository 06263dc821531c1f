import { describe, expect, it } from 'vitest';
import { advice } from '../../scripts/setup/advice.mjs';
import { aptSteps } from '../../scripts/setup/apt.mjs';
import { parseDeb822Sources } from '../../scripts/setup/apt-sources.mjs';
import { detectSystem } from '../../scripts/setup/system.mjs';

const WSL_KERNEL = 'Linux version 5.15.153.1-microsoft-standard-WSL2 (root@941d701f84f1)';

/** What /etc/os-release says, abridged. */
const RELEASES = {
  bookworm:
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian',
  bullseye: 'ID=debian\nVERSION_ID="11"\nVERSION_CODENAME=bullseye',
  trixie: 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie',
  sid: 'ID=debian\nVERSION_CODENAME=forky',
  focal: 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="20.04"',
  jammy: 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"',
  noble: 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nVERSION_CODENAME=noble',
  mint: 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"',
  fedora: 'ID=fedora\nVERSION_ID=42',
  rocky: 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.5"',
  arch: 'ID=arch',
  manjaro: 'ID=manjaro\nID_LIKE=arch',
  tumbleweed: 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\nVERSION_ID="20250520"',
  alpine: 'ID=alpine\nVERSION_ID=3.21.3',
  nixos: "ID=nixos\nPRETTY_NAME='NixOS 25.05'",
  none: '',
};

const linux = (release: keyof typeof RELEASES, { uid = 1000, kernel = 'Linux version 6.1.0' } = {}) =>
  detectSystem({ platform: 'linux', osRelease: RELEASES[release], kernel, uid });
const macos = detectSystem({ platform: 'darwin', osRelease: '', kernel: '', uid: 501 });
const windows = detectSystem({ platform: 'win32', osRelease: '', kernel: '', uid: -1 });

describe('detectSystem', () => {
  it.each([
    ['bookworm', 'debian', 12],
    ['sid', 'debian', Number.POSITIVE_INFINITY],
    ['noble', 'ubuntu', 24.04],
    ['mint', 'ubuntu', Number.POSITIVE_INFINITY],
    ['fedora', 'fedora', 42],
    ['rocky', 'fedora', Number.POSITIVE_INFINITY],
    ['arch', 'arch', Number.POSITIVE_INFINITY],
    ['manjaro', 'arch', Number.POSITIVE_INFINITY],
    ['tumbleweed', 'suse', 20250520],
    ['alpine', 'alpine', 3.21],
    ['nixos', 'linux', Number.POSITIVE_INFINITY],
    ['none', 'linux', Number.POSITIVE_INFINITY],
  ] as const)('knows %s as %s %d', (release, family, version) => {
    expect(linux(release)).toMatchObject({ family, version, isWsl: false, isRoot: false });
  });

  it('knows macOS, Windows, WSL and root', () => {
    expect(macos).toMatchObject({ family: 'macos', name: 'macOS', isRoot: false });
    expect(windows).toMatchObject({ family: 'windows', name: 'Windows', isRoot: false });
    expect(linux('noble', { kernel: WSL_KERNEL })).toMatchObject({ family: 'ubuntu', isWsl: true });
    expect(linux('bookworm', { uid: 0 }).isRoot).toBe(true);
  });
});

describe('aptSteps', () => {
  const SOURCES = parseDeb822Sources(
    'Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\n',
  );
  const BACKPORTS = parseDeb822Sources(
    'Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm-backports\nComponents: main\n',
  );
  const install = (release: keyof typeof RELEASES) =>
    aptSteps(linux(release), SOURCES)?.commands.at(-1).join(' ');

  it('takes Debian 12 from backports, and adds that suite only where it is missing', () => {
    const { source, commands } = aptSteps(linux('bookworm'), SOURCES);
    expect(source.path).toMatch(/^\/etc\/apt\/sources\.list\.d\/.*\.sources$/);
    expect(source.text).toContain('URIs: http://mirror.example/debian\nSuites: bookworm-backports\n');
    expect(commands[1].join(' ')).toContain('-t bookworm-backports mesa-vulkan-drivers');
    expect(aptSteps(linux('bookworm'), [...SOURCES, ...BACKPORTS])).toEqual({ commands });
  });

  it.each(['trixie', 'sid', 'jammy', 'noble', 'mint'] as const)(
    'takes %s from the ordinary suite',
    (release) => {
      expect(install(release)).toBe(
        'apt-get install -y --no-install-recommends mesa-vulkan-drivers libvulkan1',
      );
      expect(aptSteps(linux(release), SOURCES).source).toBeUndefined();
    },
  );

  it.each(['bullseye', 'focal', 'fedora', 'alpine', 'none'] as const)('has none for %s', (release) => {
    expect(install(release)).toBeUndefined();
  });
});

describe('advice', () => {
  it.each([
    [linux('bookworm'), 'sudo apt-get install -y --no-install-recommends -t bookworm-backports'],
    [linux('trixie'), 'sudo apt-get install -y --no-install-recommends mesa-vulkan-drivers libvulkan1'],
    [linux('noble'), 'sudo apt-get update'],
    [linux('bullseye'), 'too old'],
    [linux('fedora'), 'sudo dnf install mesa-vulkan-drivers'],
    [linux('fedora', { uid: 0 }), '    dnf install mesa-vulkan-drivers'],
    [linux('arch'), 'sudo pacman -S --needed vulkan-swrast'],
    [linux('tumbleweed'), 'sudo zypper install libvulkan_lvp'],
    [linux('alpine'), 'glibc'],
    [linux('nixos'), 'NixOS 25.05: install the Vulkan loader'],
    [linux('none'), 'this system (linux): install the Vulkan loader'],
    [linux('noble', { kernel: WSL_KERNEL }), 'in Windows itself'],
    [macos, 'Metal'],
    [windows, 'Direct3D 12'],
  ])('tells %o what to do', (system, expected) => {
    expect(advice(system, {})).toContain(expected);
  });

  it.each(['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'])('points at %s, where it hides the drivers', (variable) => {
    expect(advice(linux('bookworm'), { [variable]: '/nonexistent' })).toContain(`unset ${variable}`);
  });
});
