/** What a member writes into the Lease, and whether what it reads there is its own. */
import type { Claim } from './events';
import type { LeaseRecord, Observation, Settings, State, Taking } from './state';
import { TRANSITIONS, isFewer } from './observation';
import { timingFor } from './timing';

/** Held by this process: a name in there may be somebody else's doing. */
export function isOurs({ settings, taken }: State, record: LeaseRecord | undefined): boolean {
  return record?.holder === settings.identity && record.acquired === taken;
}

/** Emptied or made anew, and not given up by another since. */
export function isEmptied({ taken }: State, { holder, released, acquired }: LeaseRecord): boolean {
  return holder === '' && !released && ['', taken].includes(acquired);
}

/** To take it. An edit of the duration stays in force until the command line says something else than before. */
export function takingClaim({ settings, seen }: State, base: LeaseRecord, acquired: string): Claim {
  const { timing } = settings;
  const isEdited = base.configured === timing.leaseDuration;
  const edited = isEdited ? timingFor(timing, base.duration) : undefined;
  return {
    base,
    duration: isEdited && edited ? base.duration : timing.leaseDuration,
    counted: (edited ?? timing).leaseDuration,
    transitions: (leadsOf(seen, base) + 1) % TRANSITIONS,
    acquired,
  };
}

/**
 * The request for this Lease as it will be recognised: one that may be under way is repeated as it was, and counts from
 * its first sending.
 */
export function takingOf({ settings, timing, taking }: State, base: LeaseRecord, now: number): Taking {
  if (taking?.from === base.version && now < taking.sentAt + timing.renewDeadline) return taking;
  return { acquired: acquireTime(settings, now), from: base.version, sentAt: now };
}

/**
 * For people: no member compares it with its own clock. Members that ask in the same millisecond differ in the digits
 * below it, so that an edit of the holder's name gives none of them the lead of another.
 */
function acquireTime({ pod, bootedAt }: Settings, now: number): string {
  const microseconds = pod.replace(/.*?(\d{0,3})$/, '$1').padStart(3, '0');
  return new Date(bootedAt + now).toISOString().replace('Z', `${microseconds}Z`);
}

/** To say what a leader counts on; a duration that would leave no time is put back. */
export function restatingClaim({ taken = '', seen }: State, base: LeaseRecord, counted: number): Claim {
  const transitions = leadsOf(seen, base);
  return { base, duration: Math.max(base.duration, counted), counted, transitions, acquired: taken };
}

/** Also where the Lease knows of fewer than were seen. */
function leadsOf(seen: Observation | undefined, { transitions }: LeaseRecord): number {
  const { leads = transitions } = seen ?? {};
  return isFewer(transitions, leads) ? leads : transitions;
}
