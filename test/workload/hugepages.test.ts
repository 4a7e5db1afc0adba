/** Huge pages: the resource and the folder belong together, and an amount is whole pages. */
import { Size } from 'cdk8s';
import fc from 'fast-check';
import { Hugepages } from '../../lib';
import { nanosOf } from '../../lib/kube/quantity';
import { fleet } from '../support/memcache';
import { expectProblemAlone, isAccepted, refusalOf } from '../support/problems';
import { mountsOf, volumeOf } from '../support/workloads';

describe.each([
  ['2Mi', Hugepages.of2Mi(Size.gibibytes(2)), '2Gi'],
  ['2Mi', Hugepages.of2Mi(Size.mebibytes(6)), '6Mi'],
  ['1Gi', Hugepages.of1Gi(Size.gibibytes(3)), '3Gi'],
])('huge pages of %s', (pageSize, hugepages, amount) => {
  const template = fleet({ hugepages }).one('StatefulSet', 'local-service-pod').spec.template;
  const name = `hugepages-${pageSize.toLowerCase()}`;

  it(`are ${amount}, requested and limited alike`, () => {
    const [container] = template.spec.containers;

    expect(hugepages.resources).toEqual({ [`hugepages-${pageSize}`]: amount });
    expect(container.resources?.requests).toMatchObject(hugepages.resources);
    expect(container.resources?.limits).toMatchObject(hugepages.resources);
  });

  it('are mounted from the medium of their size', () => {
    const [container] = template.spec.containers;

    expect(volumeOf(template, name)).toEqual({ emptyDir: { medium: `HugePages-${pageSize}` } });
    expect(mountsOf(container)).toMatchObject({ [`/hugepages-${pageSize}`]: name });
  });
});

it.each([
  ['no pages', () => Hugepages.of2Mi(Size.mebibytes(0)), /whole pages of 2Mi/, 'Hugepages.of2Mi'],
  ['half a page of 2 MiB', () => Hugepages.of2Mi(Size.mebibytes(3)), /whole pages of 2Mi/, 'Hugepages.of2Mi'],
  [
    'half a page of 1 GiB',
    () => Hugepages.of1Gi(Size.mebibytes(1536)),
    /whole pages of 1Gi/,
    'Hugepages.of1Gi',
  ],
  ['no pages of 1 GiB', () => Hugepages.of1Gi(Size.gibibytes(0)), /at least one/, 'Hugepages.of1Gi'],
])('refuses %s', (_, build, rule, subject) => {
  expectProblemAlone(build, { property: 'amount', rule });
  expect(refusalOf(build).subject).toBe(subject);
});

it('accepts exactly whole pages, and requests what was asked for', () => {
  const amounts = fc.record({
    mebibytes: fc.oneof(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 0, max: 5 }).map((n) => n * 1024),
    ),
    gigantic: fc.boolean(),
  });

  fc.assert(
    fc.property(amounts, ({ mebibytes, gigantic }) => {
      const build = () => Hugepages[gigantic ? 'of1Gi' : 'of2Mi'](Size.mebibytes(mebibytes));
      const pages = mebibytes / (gigantic ? 1024 : 2);
      const accepted = isAccepted(build);

      expect(accepted).toBe(pages > 0 && Number.isInteger(pages));
      fc.pre(accepted);
      expect(Object.values(build().resources).map(nanosOf)).toEqual([nanosOf(`${mebibytes}Mi`)]);
    }),
  );
});
