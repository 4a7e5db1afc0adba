/** MemCache itself on its nodes' addresses, one release after another: whoever leads finds the ports of the one before free. */
import { startReal } from '../../bench/memcache/topology';
import { deletePod } from '../../cluster/faults';
import { REAL_RELEASES } from '../../cluster/images';
import { forgetPauses, readAgain } from '../../cluster/memcache/client';
import { master, metaPods, successorOf } from '../../cluster/memcache/members';
import { useNamespace } from './support/namespace';
import { TRY_ALL } from './support/try-all';

const LIMIT_MS = 420_000;

/** Without `TEST_ALL_RELEASES`: those whose clients do not wait a minute. */
const USUAL = ['1.1.6', '1.2.1'] as const;

describe.each(TRY_ALL ? REAL_RELEASES : USUAL)("MemCache %s on its nodes' addresses", (release) => {
  const namespace = useNamespace();

  it(
    'leads again where it led before and where another release did, and loses no key',
    async () => {
      const before = await startReal(namespace, release, { hostNetwork: true });
      const first = await master(namespace);
      await forgetPauses(namespace);

      await deletePod(namespace, first);
      const second = await successorOf(namespace, first);
      await metaPods(namespace);
      await deletePod(namespace, second);

      expect(await successorOf(namespace, second)).toBe(first);
      const after = await readAgain(namespace);
      expect([after.prefix, after.acknowledged]).toEqual([before.prefix, before.acknowledged]);
      const pause = after.longestPause.toFixed(1);
      console.info(`MemCache ${release}, led twice on one address: longest pause ${pause} s`);
    },
    LIMIT_MS,
  );
});
