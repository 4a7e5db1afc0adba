/** MemCache's release lines, and what each can and cannot: one table, established with the programs themselves. */
import { type Problem, broken, inProps, unless } from '../../kube/problems';
import type { SettingKeys } from '../../settings/config-file';
import type { Protocol } from './protocol';
import { KEYS_OF_1_1, KEYS_OF_1_2, KEYS_OF_1_3, type Reader } from './release-keys';

/** A line of releases of MemCache: 1.1.0 to 1.1.6, 1.2.0 and 1.2.1, 1.3.0. The wheels of 1.2.0 need PyTorch in the image. */
export type MemCacheRelease = '1.1' | '1.2' | '1.3';

/** What holds for every release of a line. */
export interface ReleaseTraits {
  /** The keys of each program's file. */
  readonly keys: Readonly<Record<Reader, ReadonlySet<string>>>;

  /** How the clients may move data between each other. */
  readonly protocols: readonly Protocol[];

  /** Whether clients take host names in the URLs of the MetaService; others need an address. */
  readonly hostNames: boolean;

  /** The highest `evict_threshold_high` with which every release of the line starts. */
  readonly highestEvictThreshold: number;

  /**
   * When clients keep copies of what they stored, from which a new master learns it: always, or only while MemCache's
   * own election is on. Then it must be told that it leads, by a module of ours in place of its own.
   */
  readonly keepsCopies: 'always' | 'with leader module';

  /** Whether HTTP answers a request that closes its connection, as the kubelet's does; others get no body, ever. */
  readonly answersKubelet: boolean;
}

/** The release of a MetaService that does not name one. */
export const NEWEST: MemCacheRelease = '1.3';

const HOST_PROTOCOLS: readonly Protocol[] = ['host_rdma', 'host_urma', 'host_tcp', 'host_shm'];

export const RELEASES: Readonly<Record<MemCacheRelease, ReleaseTraits>> = {
  '1.1': {
    keys: KEYS_OF_1_1,
    protocols: [...HOST_PROTOCOLS, 'device_rdma', 'device_sdma'],
    // 1.1.6 takes them, 1.1.0 does not.
    hostNames: false,
    highestEvictThreshold: 99,
    // From 1.1.3 a key does too, which 1.1.0 refuses.
    keepsCopies: 'with leader module',
    answersKubelet: true,
  },
  '1.2': {
    keys: KEYS_OF_1_2,
    protocols: [...HOST_PROTOCOLS, 'device_rdma', 'device_sdma', 'device_urma', 'device_uboe'],
    hostNames: true,
    // 1.2.0 demands less than its `rewarm.dram_watermark`, 95, a key that 1.2.1 refuses.
    highestEvictThreshold: 94,
    // 1.2.1 keeps them always. 1.2.0 does not, and the key that would make it is refused by 1.2.1.
    keepsCopies: 'with leader module',
    answersKubelet: false,
  },
  '1.3': {
    keys: KEYS_OF_1_3,
    protocols: [...HOST_PROTOCOLS, 'device_rdma', 'device_sdma', 'device_urma', 'device_uboe'],
    hostNames: true,
    highestEvictThreshold: 99,
    keepsCopies: 'always',
    answersKubelet: false,
  },
};

/** The problem of a release that is none of the table's, from a file without types. */
export function releaseProblems(release: string): Problem[] {
  return unless(
    isRelease(release),
    release,
    `MemCache's releases are ${Object.keys(RELEASES).join(', ')}`,
    'name the one that the image holds',
  );
}

/** The release by whose rules is judged: the newest for one that is none, which is refused. */
export function judgedAs(release: MemCacheRelease): MemCacheRelease {
  return isRelease(release) ? release : NEWEST;
}

/** The traits of the release, or of the one that it is judged as. */
export function traitsOf(release: MemCacheRelease): ReleaseTraits {
  return RELEASES[judgedAs(release)];
}

function isRelease(release: string): boolean {
  return Object.keys(RELEASES).includes(release);
}

/** Problems of settings whose keys `release` does not know: the first such key of each setting. */
export function keyProblems(
  release: MemCacheRelease,
  reader: Reader,
  settings: readonly SettingKeys[],
): Problem[] {
  const known = traitsOf(release).keys[reader];
  return settings.flatMap(({ name, value, keys }) => {
    const unknown = keys.find((key) => !known.has(key));
    if (unknown === undefined) return [];
    const others = releasesWith(reader, unknown);
    const remedy = others.length === 0 ? 'remove it' : `remove it, or run release ${others.join(' or ')}`;
    const rule = `MemCache ${release} does not know ${unknown}, and does not start with it`;
    return inProps({ [name]: broken(value, rule, remedy) });
  });
}

function releasesWith(reader: Reader, key: string): string[] {
  return Object.entries(RELEASES)
    .filter(([, { keys }]) => keys[reader].has(key))
    .map(([release]) => release);
}
