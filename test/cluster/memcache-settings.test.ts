/** MemCache's own parsers take every file that our settings render, and refuse what our rules refuse. */
import * as fc from 'fast-check';
import { lineOf } from '../../bench/memcache/topology';
import { REAL_RELEASES, type RealRelease } from '../../cluster/images';
import type { Problem } from '../../lib/kube/problems';
import { type ConfigLine, renderConfigFile } from '../../lib/settings/config-file';
import {
  localConfigLines,
  type LocalSettings,
  localSettingsProblems,
} from '../../lib/systems/memcache/local-settings';
import type { Protocol } from '../../lib/systems/memcache/protocol';
import {
  metaConfigLines,
  type MetaSettings,
  metaSettingsProblems,
} from '../../lib/systems/memcache/meta-settings';
import type { Reader } from '../../lib/systems/memcache/release-keys';
import { RELEASES } from '../../lib/systems/memcache/releases';
import {
  LOCAL_EDGES,
  LOCAL_WIRING,
  META_EDGES,
  META_WIRING,
  PROTOCOLS,
  rightPart,
  SOME_LOCAL,
  SOME_META,
} from '../support/memcache-settings';
import { KNOWN_TO_SOME, STRICTER, WRITTEN_WRONG } from './support/config-differences';
import { useNamespace } from './support/namespace';
import { type ConfigFile, readConfigs, startReader } from './support/read-config';

/** Files with many settings, for each program, beside the edges of each setting. */
const AT_RANDOM = { numRuns: 40, seed: 1 };

/** Lines beyond those of a file without settings, and what our rules say of them. */
interface Tried extends ConfigFile {
  readonly lines: string;
  readonly problems: readonly Problem[];
}

const READERS: readonly Reader[] = ['meta', 'local'];

const BARE: Readonly<Record<Reader, readonly ConfigLine[]>> = {
  meta: metaConfigLines({}, META_WIRING),
  local: localConfigLines({}, { ...LOCAL_WIRING, protocol: 'host_tcp' }),
};

function tried(reader: Reader, file: readonly ConfigLine[], problems: readonly Problem[]): Tried {
  const text = renderConfigFile(file);
  const bare = renderConfigFile(BARE[reader]).split('\n');
  const lines = text.split('\n').filter((line) => !bare.includes(line));
  return { reader, text, lines: lines.join(', '), problems };
}

function metaFile(settings: MetaSettings, release: RealRelease): Tried {
  const problems = metaSettingsProblems(settings, lineOf(release));
  return tried('meta', metaConfigLines(settings, META_WIRING), problems);
}

function localFile(settings: LocalSettings, release: RealRelease, protocol: Protocol = 'host_tcp'): Tried {
  const line = lineOf(release);
  const problems = localSettingsProblems(settings, { protocol, release: line });
  return tried('local', localConfigLines(settings, { ...LOCAL_WIRING, protocol }), problems);
}

function isRight({ problems }: Tried): boolean {
  return problems.length === 0;
}

/** The file of those settings that our rules take. */
function rightMetaFile(settings: MetaSettings, release: RealRelease): Tried {
  const right = rightPart(settings, (each) => metaFile(each, release).problems);
  return metaFile(right, release);
}

function rightLocalFile(settings: LocalSettings, release: RealRelease, protocol: Protocol): Tried {
  const right = rightPart(settings, (each) => localFile(each, release, protocol).problems);
  return localFile(right, release, protocol);
}

/** The file with the one line, in place of its own line for the key if it has one. */
function written(reader: Reader, key: string, value: string): ConfigFile {
  const others = BARE[reader].filter((line) => line.key !== key);
  return { reader, text: renderConfigFile([...others, { key, value }]) };
}

describe.each(REAL_RELEASES)('MemCache %s', (release) => {
  const namespace = useNamespace();
  const traits = RELEASES[lineOf(release)];
  const read = (files: readonly ConfigFile[]) => readConfigs(namespace, files);

  beforeAll(() => startReader(namespace, release));

  it('takes each edge of each setting that our rules take, and refuses what they refuse', async () => {
    const files = [
      ...Object.values(META_EDGES).flatMap((edges) => edges.map((each) => metaFile(each, release))),
      ...Object.values(LOCAL_EDGES).flatMap((edges) => edges.map((each) => localFile(each, release))),
    ];

    const said = await read(files);

    const differences = files.filter((file, index) => isRight(file) !== (said[index] === ''));
    expect(differences.map(({ reader, lines }) => `${reader}: ${lines}`).sort()).toEqual(
      STRICTER.filter(({ releases }) => releases.includes(release))
        .flatMap(({ reader, lines }) => lines.map((line) => `${reader}: ${line}`))
        .sort(),
    );
  });

  it('takes settings together', async () => {
    const some = fc.record({
      meta: SOME_META,
      local: SOME_LOCAL,
      protocol: fc.constantFrom(...traits.protocols),
    });
    const files = fc
      .sample(some, AT_RANDOM)
      .flatMap(({ meta, local, protocol }) => [
        rightMetaFile(meta, release),
        rightLocalFile(local, release, protocol),
      ]);

    const said = await read(files);

    const refused = files.flatMap(({ lines }, index) =>
      said[index] === '' ? [] : [{ lines, said: said[index] }],
    );
    expect(refused).toEqual([]);
  });

  it('moves data by the protocols that are listed, and by no others', async () => {
    const said = await read(PROTOCOLS.map((protocol) => localFile({}, release, protocol)));

    expect(PROTOCOLS.filter((_, index) => said[index] === '')).toEqual(
      PROTOCOLS.filter((protocol) => traits.protocols.includes(protocol)),
    );
  });

  it('refuses what no type of ours lets through', async () => {
    const files = WRITTEN_WRONG.filter(({ reader, key }) => traits.keys[reader].has(key)).flatMap(
      ({ reader, key, values }) => values.map((value) => ({ key, value, ...written(reader, key, value) })),
    );

    const said = await read(files);

    expect(
      files.filter((_, index) => said[index] === '').map(({ key, value }) => `${key} = ${value}`),
    ).toEqual([]);
  });

  it.each(READERS)('knows the keys that are listed, and no key of another release: %s', async (reader) => {
    const everyKey = [...new Set(Object.values(RELEASES).flatMap(({ keys }) => [...keys[reader]]))];

    const said = await read(everyKey.map((key) => written(reader, key, 'x')));

    const known = everyKey.filter((_, index) => !(said[index] ?? '').includes('Invalid key'));
    const others = KNOWN_TO_SOME.filter((each) => each.reader === reader && each.releases.includes(release));
    const expected = [...traits.keys[reader], ...others.flatMap(({ keys }) => keys)];
    expect([...known].sort()).toEqual([...expected].sort());
  });
});
