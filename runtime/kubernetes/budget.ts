/**
 * How much an elector asks of the API server at most, whatever happens to it.
 *
 * Each kind of request has a bucket of its own, so that one that is refused again and again takes nothing from the
 * others. A request for which the bucket is empty is not sent, and fails like one that nobody answers.
 */

/** Requests about the Lease have a limit of their own, by which the election plans: `election/turn.ts`. */
export const KINDS = ['endpointslices', 'pods', 'events', 'watches'] as const;

export type Kind = (typeof KINDS)[number];

interface Allowance {
  /** At once. */
  readonly burst: number;

  /** In the long run. */
  readonly perMinute: number;
}

type Allowances = Readonly<Record<Kind, Allowance>>;

const MINUTE_MS = 60_000;

/** Some times what a group needs that is moved all the time, and far below what an API server notices. */
export function allowancesFor(members: number): Allowances {
  return {
    endpointslices: { burst: 30, perMinute: 120 },
    // Each is read, and written.
    pods: { burst: 10 + 6 * members, perMinute: 30 * members },
    events: { burst: 25, perMinute: 12 },
    watches: { burst: 15, perMinute: 60 },
  };
}

interface Bucket {
  left: number;
  at: number;
}

export class Budget {
  private readonly buckets = new Map<Kind, Bucket>();

  /** @param clock milliseconds that only grow */
  constructor(
    private readonly allowances: Allowances,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Whether one more request of this kind may be sent; if so, it counts. */
  take(kind: Kind): boolean {
    const { burst, perMinute } = this.allowances[kind];
    const now = this.clock();
    const { left, at } = this.buckets.get(kind) ?? { left: burst, at: now };
    const filled = Math.min(burst, left + ((now - at) * perMinute) / MINUTE_MS);
    const isGranted = filled >= 1;
    this.buckets.set(kind, { left: isGranted ? filled - 1 : filled, at: now });
    return isGranted;
  }
}
