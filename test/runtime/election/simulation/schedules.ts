/** Faults at random. */
import fc from 'fast-check';
import type { Fault, Scheduled, Who } from './faults';
import { TIMINGS } from './timing';

const index = fc.nat({ max: 4 });
const member: fc.Arbitrary<Who> = fc.oneof(index, fc.constant<Who>('leader'));
const span = fc.integer({ min: 10, max: 25_000 });
const kindsOf = <K extends Fault['kind']>(...kinds: readonly K[]) => fc.constantFrom(...kinds);
const PODS = ['nobody', 'pod-0', 'pod-1', 'pod-2', 'pod-3'];
const oneOrAll = fc.option(member, { nil: undefined });

const ofProcesses = [
  'pause-elector',
  'kill-elector',
  'end-elector',
  'kill-container',
  'exit',
  'give-up',
] as const;

/** Not of applications that hang. */
export const endOfProcess: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf(...ofProcesses),
  member,
  for: span,
});

export const processFault: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf(...ofProcesses, 'hang-start'),
  member,
  for: span,
});

export const pause: fc.Arbitrary<Fault> = fc.record({ kind: kindsOf('pause-elector'), member, for: span });

export const requestFault: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf('lose-requests', 'lose-answers', 'delay', 'silence'),
  member: oneOrAll,
  for: span,
});

export const hookFault: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf('fail-hooks', 'slow-hooks', 'lose-hooks'),
  member: oneOrAll,
  for: span,
});

export const checkFault: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf('fail-checks'),
  member: oneOrAll,
  for: span,
});

export const silence: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf('silence'),
  member: oneOrAll,
  for: span,
});

export const watchFault: fc.Arbitrary<Fault> = fc.record({ kind: kindsOf('stop-watches'), for: span });

export const removal: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf('delete-lease', 'empty-lease', 'clear-lease'),
  for: span,
});

export const failsafeEdit: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf('edit-failsafe'),
  failsafe: fc.option(fc.record({ members: fc.subarray(PODS), longest: fc.constantFrom(1000, 20_000) }), {
    nil: undefined,
  }),
  for: span,
});

export const edit: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: kindsOf('give-to'), member, for: span }),
  fc.record({ kind: kindsOf('edit-duration'), seconds: fc.integer({ min: 1, max: 20 }), for: span }),
  failsafeEdit,
);

export const restoration: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf('restore-lease'),
  back: fc.integer({ min: 1, max: 6 }),
  for: span,
});

/** What ends a lead, while electors live. */
export const handOver: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: kindsOf('kill-container', 'exit', 'give-up'), member, for: span }),
  fc.record({ kind: kindsOf('replace'), member, timing: fc.constant(0), for: span }),
);

export const replacement: fc.Arbitrary<Fault> = fc.record({
  kind: kindsOf('replace', 'replace-by-force'),
  member,
  timing: fc.nat({ max: TIMINGS.length - 1 }),
  for: span,
});

export const parting: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: kindsOf('part'), members: fc.tuple(index, index), for: span }),
  fc.record({ kind: kindsOf('delay-peers'), for: span }),
);

export function scheduleOf(...faults: readonly fc.Arbitrary<Fault>[]): fc.Arbitrary<readonly Scheduled[]> {
  return fc.array(fc.record({ after: fc.nat({ max: 9000 }), fault: fc.oneof(...faults) }), { maxLength: 12 });
}
