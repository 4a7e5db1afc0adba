import type { LocatedManifest } from '../../../lib/verify';
import { told, waiverCases } from '../../support/manifests';

const RULE = 'duplicate-object';

function object(apiVersion: string, kind: string, name: string, namespace?: string): LocatedManifest {
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  return { constructPath: `app/${apiVersion}`, manifest: { apiVersion, kind, metadata } };
}

describe('an object that is made twice', () => {
  it.each<[string, LocatedManifest, LocatedManifest]>([
    ['alike', object('v1', 'Secret', 'a', 'ns'), object('v1', 'Secret', 'a', 'ns')],
    ['in two versions of its API', object('apps/v1', 'X', 'a', 'ns'), object('apps/v1beta1', 'X', 'a', 'ns')],
    ['without a namespace', object('v1', 'Namespace', 'a'), object('v1', 'Namespace', 'a')],
  ])('is found: %s', (_, first, second) => {
    expect(told(RULE, [first, second])).toEqual([
      expect.stringMatching(
        /^\[app\/.*\] .* is also made by app\/.*: the one applied last wins\. Rename one\. \[duplicate-object\]$/,
      ),
    ]);
  });

  it.each<[string, LocatedManifest]>([
    ['another name', object('v1', 'Secret', 'b', 'ns')],
    ['another namespace', object('v1', 'Secret', 'a', 'other')],
    ['no namespace', object('v1', 'Secret', 'a')],
    ['another kind', object('v1', 'ConfigMap', 'a', 'ns')],
    ['another API', object('example.com/v1', 'Secret', 'a', 'ns')],
  ])('is not found in one with %s', (_, other) => {
    expect(told(RULE, [object('v1', 'Secret', 'a', 'ns'), other])).toEqual([]);
  });

  it('is found as often as it is made again, each time with the first that made it', () => {
    expect(
      told(
        RULE,
        ['v1', 'v2', 'v3'].map((version) => object(`g/${version}`, 'X', 'a')),
      ),
    ).toEqual([
      '[app/g/v2] X a is also made by app/g/v1: the one applied last wins. Rename one. [duplicate-object]',
      '[app/g/v3] X a is also made by app/g/v1: the one applied last wins. Rename one. [duplicate-object]',
    ]);
  });

  it.each(waiverCases(RULE, [object('g/v1', 'X', 'a'), object('g/v2', 'X', 'a')]))(
    '%s',
    (_, found, expected) => {
      expect(found).toEqual(expected);
    },
  );
});
