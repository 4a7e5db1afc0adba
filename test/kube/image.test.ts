/** Tests of container images: what counts as pinned, and that the remedy would be accepted. */
import fc from 'fast-check';
import { imageProblems } from '../../lib/kube/image';
import { expectProblemAlone } from '../support/problems';
import { storeWith } from '../support/stores';

const DIGEST = `@sha256:${'0123456789abcdef'.repeat(4)}`;

describe('an image', () => {
  it.each([
    'db:1',
    'db:1.0.0-alpine',
    'library/db:v1_2',
    'registry.example/team/db:1.0.0',
    'registry.example:5000/db:1.0.0',
    'localhost:5000/team/db:2024-01-31',
    `db${DIGEST}`,
    `db:1.0.0${DIGEST}`,
    `db:latest${DIGEST}`,
    `registry.example:5000/team/db${DIGEST}`,
    `db:${'a'.repeat(128)}`,
    'db:latest-1',
    'db:unstable',
  ])('%s is pinned', (image) => {
    expect(imageProblems(image)).toEqual([]);
  });

  it.each([
    ['db', /names a tag or a digest/, "'db:1.0.0'"],
    ['team/db', /names a tag or a digest/, "'team/db:1.0.0'"],
    ['registry.example:5000/db', /names a tag or a digest/, "'registry.example:5000/db:1.0.0'"],
    ['db:', /names a tag or a digest/, "'db:1.0.0'"],
    [`db:${'a'.repeat(129)}`, /names a tag or a digest/, "'db:1.0.0'"],
    ['db::1.0.0', /names a tag or a digest/, "'db:1.0.0'"],
    [':1.0.0', /names a tag or a digest/, "'app:1.0.0'"],
    ['my db:1.0.0', /names a tag or a digest/, "'mydb:1.0.0'"],
    ['', /names a tag or a digest/, "'app:1.0.0'"],
    ['db:latest', /the tag 'latest' moves/, "'db:1.0.0'"],
    ['registry.example:5000/db:latest', /the tag 'latest' moves/, "'registry.example:5000/db:1.0.0'"],
    ['db:stable', /the tag 'stable' moves/, "'db:1.0.0'"],
    ['db:main', /the tag 'main' moves/, "'db:1.0.0'"],
    ['db:master', /the tag 'master' moves/, "'db:1.0.0'"],
    ['db:edge', /the tag 'edge' moves/, "'db:1.0.0'"],
    ['db:nightly', /the tag 'nightly' moves/, "'db:1.0.0'"],
    ['db@sha256:abc', /names a tag or a digest/, "'db:1.0.0'"],
    ['db:1.0.0@sha256:abc', /names a tag or a digest/, "'db:1.0.0'"],
    [`db@sha256:${'A'.repeat(64)}`, /names a tag or a digest/, "'db:1.0.0'"],
    [`db${DIGEST}0`, /names a tag or a digest/, "'db:1.0.0'"],
  ])('%s is not', (image, rule, remedy) => {
    expectProblemAlone(() => storeWith({ image }), {
      property: 'image',
      value: image,
      rule,
      remedy: new RegExp(remedy),
    });
  });

  it('is refused with a suggestion that would be accepted', () => {
    const name = fc.stringMatching(
      /^([a-z]{1,8}(:[0-9]{1,5})?\/)?[a-z]{1,8}(:[a-z]{1,9})?(@sha256:[0-9a-f]{0,9})?$/,
    );
    fc.assert(
      fc.property(name, (image) => {
        const suggestions = imageProblems(image).map(({ remedy }) => /'(.*)'/.exec(remedy)?.[1] ?? '');
        expect(suggestions.flatMap((suggestion) => imageProblems(suggestion))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
