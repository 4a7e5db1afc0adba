/** One thing that goes wrong, at random. */
import type { Random } from '../../election/random';
import { between, oneIn, pick } from './draw';
import {
  type Effect,
  type Fault,
  type LeaseEdit,
  STATUSES,
  type StandbyKind,
  TARGETS,
  type Who,
} from './faults';

/** To whom it may happen. */
export interface Victims {
  readonly members: number;
  readonly standby: StandbyKind;
}

type Maker = (random: Random, victims: Victims) => Fault;

const MAKERS = {
  kill: (random, victims) => ({
    kind: 'kill',
    who: whoOf(random, victims),
    target: pick(random, TARGETS[victims.standby]),
  }),
  terminate: (random, victims) => ({
    kind: 'terminate',
    who: whoOf(random, victims),
    target: pick(random, TARGETS[victims.standby]),
  }),
  release: (random, victims) => ({ kind: 'release', who: whoOf(random, victims) }),
  stop: (random, victims) => ({
    kind: 'stop',
    who: whoOf(random, victims),
    target: pick(random, STOPPED[victims.standby]),
    ms: pauseOf(random),
  }),
  network: (random, victims) => {
    const who = whoOf(random, victims);
    return {
      kind: 'network',
      who: pick(random, [who, who, 'all'] as const),
      effect: effectOf(random),
      ms: pauseOf(random),
      share: pick(random, [20, 60, 100, 100]),
      onlyWrites: oneIn(random, 4),
    };
  },
  ill: (random, victims) => ({
    kind: 'ill',
    who: whoOf(random, victims),
    ask: pick(random, ['check', 'promote', 'demote', 'demote'] as const),
    how: pick(random, ['refuses', 'refuses', ...DELAYS_MS] as const),
    ms: pauseOf(random),
  }),
  lease: (random) => ({ kind: 'lease', edit: leaseEditOf(random) }),
  slice: (random) => ({ kind: 'slice', edit: pick(random, ['delete', 'other-member'] as const) }),
  'label-given': (random, { members }) => ({ kind: 'label', who: random.below(members), value: 'leader' }),
  'label-taken': () => ({ kind: 'label', who: 'leader', value: 'standby' }),
  clock: (random, victims) => ({
    kind: 'clock',
    who: whoOf(random, victims),
    hours: pick(random, [1, -1] as const),
  }),
  part: (random, victims) => ({ kind: 'part', who: whoOf(random, victims), ms: pauseOf(random) }),
} satisfies Readonly<Record<string, Maker>>;

type MakerName = keyof typeof MAKERS;

const BY_HAND = ['lease', 'lease', 'slice', 'label-given', 'label-taken', 'clock'] as const;

/** What may happen, by how often: first one of these is drawn, then one of its makers. */
const ANYWHERE: readonly (readonly MakerName[])[] = [
  ['kill'],
  ['stop'],
  ['stop'],
  ['terminate', 'release'],
  ['network'],
  ['network'],
  ['network'],
  BY_HAND,
];
const KINDS: Readonly<Record<StandbyKind, readonly (readonly MakerName[])[]>> = {
  cold: ANYWHERE,
  hot: [...ANYWHERE, ['ill'], ['ill']],
};

/** What changes something for members that ask each other. */
const IN_AN_OUTAGE: readonly MakerName[] = ['kill', 'stop', 'stop', 'part', 'part', 'network', 'lease'];

const STOPPED = { cold: [...TARGETS.cold, 'gate-main'], hot: TARGETS.hot } as const;
const LEASE_SECONDS = [1, 2, 3, 4, 6] as const;
const DELAYS_MS = [50, 300, 800, 1500, 3000] as const;

export function faultOf(random: Random, victims: Victims): Fault {
  return MAKERS[pick(random, pick(random, KINDS[victims.standby]))](random, victims);
}

export function faultInAnOutage(random: Random, victims: Victims): Fault {
  return MAKERS[pick(random, IN_AN_OUTAGE)](random, victims);
}

function leaseEditOf(random: Random): LeaseEdit {
  const edits = ['delete', 'empty', 'clear', 'apply', 'failsafe', 'stranger', 'other-member'] as const;
  return pick<LeaseEdit>(random, [...edits, { seconds: pick(random, LEASE_SECONDS) }]);
}

function effectOf(random: Random): Effect {
  const ms = pick(random, DELAYS_MS);
  return pick<Effect>(random, [
    { does: 'delay-requests', ms },
    { does: 'delay-requests', ms },
    { does: 'delay-answers', ms },
    { does: 'delay-events', ms },
    { does: 'drop-requests' },
    { does: 'drop-answers' },
    { does: 'half-open' },
    { does: 'cut' },
    { does: 'lose-events' },
    { does: 'answer', status: pick(random, STATUSES) },
  ]);
}

function whoOf(random: Random, { members }: Victims): Who {
  return random.below(3) > 0 ? 'leader' : random.below(members);
}

/** Mostly about as long as a lease; at times tens of seconds. */
function pauseOf(random: Random): number {
  return oneIn(random, 25) ? between(random, 8000, 12_000) : between(random, 200, 4000);
}
