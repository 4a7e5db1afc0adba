/** What the types let through for a release holds only keys that its programs know. */
import * as fc from 'fast-check';
import type { Problem } from '../../../lib/kube/problems';
import type { ConfigLine } from '../../../lib/settings/config-file';
import { localConfigLines, localSettingsProblems } from '../../../lib/systems/memcache/local-settings';
import { metaConfigLines, metaSettingsProblems } from '../../../lib/systems/memcache/meta-settings';
import { type MemCacheRelease, RELEASES } from '../../../lib/systems/memcache/releases';
import { LOCAL_WIRING, META_WIRING, SOME_LOCAL, SOME_META } from '../../support/memcache-settings';

const LINES = ['1.1', '1.2', '1.3'] as const satisfies readonly MemCacheRelease[];

function keysOf(lines: readonly ConfigLine[]): string[] {
  return lines.map(({ key }) => key);
}

/** The settings are refused exactly where a key is unknown, if nothing else is wrong with them. */
function expectAgreement(
  known: ReadonlySet<string>,
  lines: readonly ConfigLine[],
  problems: readonly Problem[],
) {
  const unknown = keysOf(lines).filter((key) => !known.has(key));
  const refused = problems.filter(({ rule }) => rule.includes('does not know'));

  expect(refused.length > 0).toBe(unknown.length > 0);
}

describe.each(LINES)('release %s', (release) => {
  it('is given no key that its MetaService does not know, and is refused none that it does', () => {
    fc.assert(
      fc.property(SOME_META, (settings) => {
        const lines = metaConfigLines(settings, META_WIRING);
        expectAgreement(RELEASES[release].keys.meta, lines, metaSettingsProblems(settings, release));
      }),
    );
  });

  it('is given no key that its clients do not know, and is refused none that they do', () => {
    fc.assert(
      fc.property(SOME_LOCAL, (settings) => {
        const lines = localConfigLines(settings, { ...LOCAL_WIRING, protocol: 'host_tcp' });
        const problems = localSettingsProblems(settings, { release, protocol: 'host_tcp' });
        expectAgreement(RELEASES[release].keys.local, lines, problems);
      }),
    );
  });
});

it.each<[MemCacheRelease, number, boolean]>([
  ['1.1', 99, true],
  ['1.2', 94, true],
  ['1.2', 95, false],
  ['1.3', 99, true],
])('release %s with a high threshold of %d is right: %s', (release, evictThresholdHigh, isRight) => {
  const problems = metaSettingsProblems({ evictThresholdHigh, evictThresholdLow: 70 }, release);

  expect(problems.map(({ path, value }) => [path, value])).toEqual(
    isRight ? [] : [[['evictThresholdHigh'], evictThresholdHigh]],
  );
});
