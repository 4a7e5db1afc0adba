/** Who holds the Lease that a simulated group finds: another program's candidate, or a group that was there before. */
import type { Predecessor } from './group';
import { TIMING } from './timing';
import type { Run, World } from './world';

const RENEWALS = 1000;

/** Works for as long as whoever reads its Lease has to believe, and not at all if it has given it up. */
export function precede(world: World, { lease, renews }: Predecessor): void {
  world.api.write(lease);
  if (lease.released) return;
  const held = Math.max(lease.duration, lease.counted ?? TIMING.leaseDuration);
  const run: Run = { member: -1, term: 0, start: 0, end: world.now + held };
  world.runs.push(run);
  const renew = () => {
    if (world.now > renews || world.api.patch({ holder: lease.holder }, {}) === 'refused') return;
    run.end = world.now + held;
    world.later(RENEWALS, renew);
  };
  if (lease.holder !== '') world.later(RENEWALS, renew);
}
