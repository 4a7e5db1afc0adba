/** Where MemCache's parsers and our rules differ on purpose, and what no type of ours lets through. */
import type { RealRelease } from '../../../cluster/images';
import type { Reader } from '../../../lib/systems/memcache/release-keys';

interface Difference {
  readonly reader: Reader;
  readonly releases: readonly RealRelease[];
  readonly why: string;
}

const EVERY: readonly RealRelease[] = ['1.1.6', '1.2.1', '1.3.0'];

/** Lines, as the file has them, that the program takes and our rules refuse. */
export const STRICTER: readonly (Difference & { readonly lines: readonly string[] })[] = [
  {
    reader: 'meta',
    releases: EVERY,
    why: 'evicting down to the use at which it begins evicts nothing',
    lines: [
      'ock.mmc.evict_threshold_high = 1, ock.mmc.evict_threshold_low = 1',
      'ock.mmc.evict_threshold_high = 90, ock.mmc.evict_threshold_low = 90',
    ],
  },
  {
    reader: 'meta',
    releases: ['1.2.1'],
    why: '1.2.0, of the same line, does not start with more than 94',
    lines: [
      'ock.mmc.evict_threshold_high = 95, ock.mmc.evict_threshold_low = 1',
      'ock.mmc.evict_threshold_high = 99, ock.mmc.evict_threshold_low = 1',
      'ock.mmc.evict_threshold_high = 99, ock.mmc.evict_threshold_low = 98',
    ],
  },
  {
    reader: 'meta',
    releases: ['1.2.1'],
    why: '1.2.0, of the same line, does not know the keys',
    lines: [
      'ock.mmc.storage.async_flush.batch_limit = 8',
      'ock.mmc.storage.async_flush.batch_limit = 1024',
      'ock.mmc.storage.async_flush.interval_ms = 200',
      'ock.mmc.storage.async_flush.interval_ms = 1000',
    ],
  },
  {
    reader: 'meta',
    releases: ['1.3.0'],
    why: 'its own pages say a power of two, and only for several lists; its parser looks at the range alone',
    lines: [
      'ock.mmc.meta_service.lru_shard_count = 3',
      'ock.mmc.meta_service.lru_shard_count = 1023',
      'ock.mmc.meta_service.lru_type = lru, ock.mmc.meta_service.lru_shard_count = 16',
    ],
  },
  {
    reader: 'local',
    releases: EVERY,
    why: 'a request on a lost master takes 60 s, so a shorter retry never comes',
    lines: ['ock.mmc.client.retry_milliseconds = 0', 'ock.mmc.client.retry_milliseconds = 60000'],
  },
  {
    reader: 'local',
    releases: EVERY,
    why: 'it rounds up without a word',
    lines: [
      'ock.mmc.local_service.dram.size = 3MB',
      'ock.mmc.local_service.hbm.size = 3MB',
      'ock.mmc.local_service.hbm.size = 2MB, ock.mmc.local_service.max.hbm.size = 3MB',
    ],
  },
  {
    reader: 'local',
    releases: EVERY,
    why: 'a client that gives no memory fails later, and so does one that gives more than the 1 TB of its own pages',
    lines: [
      'ock.mmc.local_service.dram.size = 0',
      'ock.mmc.local_service.dram.size = 1048578MB',
      'ock.mmc.local_service.max.dram.size = 1048578MB',
    ],
  },
  {
    reader: 'local',
    releases: ['1.2.1', '1.3.0'],
    why: 'a piece is no larger than a pool can be',
    lines: ['ock.mmc.client.batch_option.chunk.size = 1048578MB'],
  },
];

/** Keys that the release knows and an older one of its line does not, so that our line does not have them. */
export const KNOWN_TO_SOME: readonly (Difference & { readonly keys: readonly string[] })[] = [
  {
    reader: 'local',
    releases: ['1.1.6'],
    why: '1.1.0 does not start with them',
    keys: ['ock.mmc.dynamic_config.enable', 'ock.mmc.dynamic_config.interval'],
  },
  {
    reader: 'meta',
    releases: ['1.2.1'],
    why: '1.2.0 does not start with them',
    keys: ['ock.mmc.storage.async_flush.batch_limit', 'ock.mmc.storage.async_flush.interval_ms'],
  },
];

/** By hand, as somebody would who edits the file. */
export const WRITTEN_WRONG: readonly {
  readonly reader: Reader;
  readonly key: string;
  readonly values: readonly string[];
}[] = [
  { reader: 'meta', key: 'ock.mmc.log_level', values: ['verbose', '', '1'] },
  { reader: 'meta', key: 'ock.mmc.log_rotation_file_size', values: ['20MB', '', '0'] },
  { reader: 'meta', key: 'ock.mmc.log_rotation_file_count', values: ['ten', '1.5', '-1'] },
  { reader: 'meta', key: 'ock.mmc.evict_threshold_high', values: ['90%', '0.9', ''] },
  { reader: 'meta', key: 'ock.mmc.evict_threshold_low', values: ['80.5', '-1'] },
  { reader: 'meta', key: 'ock.mmc.evict_check_interval_seconds', values: ['5s', '-1'] },
  { reader: 'meta', key: 'ock.mmc.evict_yield_duration_us', values: ['0.5', '100us'] },
  { reader: 'meta', key: 'ock.mmc.meta_service.lru_type', values: ['fifo', ''] },
  { reader: 'meta', key: 'ock.mmc.meta_service.lru_shard_count', values: ['16.5', 'many'] },
  { reader: 'meta', key: 'ock.mmc.meta.lease_ttl_ms', values: ['10s', '0.5'] },
  { reader: 'meta', key: 'ock.mmc.meta_service.storage.metadata_mode', values: ['none', ''] },
  { reader: 'meta', key: 'ock.mmc.meta.ha.enable', values: ['maybe', '2', ''] },
  { reader: 'meta', key: 'ock.mmc.ubs_io.enable', values: ['yes please'] },
  { reader: 'local', key: 'ock.mmc.local_service.world_size', values: ['many', '1.5', '-1'] },
  { reader: 'local', key: 'ock.mmc.local_service.dram.size', values: ['2XB', '-1', 'all'] },
  { reader: 'local', key: 'ock.mmc.local_service.protocol', values: ['tcp', ''] },
  { reader: 'local', key: 'ock.mmc.client.retry_milliseconds', values: ['90s', '-1'] },
  { reader: 'local', key: 'ock.mmc.client.timeout.seconds', values: ['60s', '0.5'] },
  { reader: 'local', key: 'ock.mmc.client.read_thread_pool.size', values: ['-1', 'all'] },
  { reader: 'local', key: 'ock.mmc.client.aggregate.io', values: ['maybe', '2'] },
  { reader: 'local', key: 'ock.mmc.client.batch_option.chunk.size', values: ['8XB', '-1'] },
  { reader: 'local', key: 'ock.mmc.log_level', values: ['verbose', '1'] },
];
