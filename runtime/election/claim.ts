/** What a member writes into the Lease, and whether what it reads there is its own. */
import type { Claim, LeaseRecord, State } from './state';
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
export function takingClaim({ settings }: State, base: LeaseRecord | undefined): Claim {
  const { timing } = settings;
  const isEdited = base?.configured === timing.leaseDuration;
  const edited = isEdited ? timingFor(timing, base.duration) : undefined;
  return {
    base,
    duration: isEdited && edited ? base.duration : timing.leaseDuration,
    counted: (edited ?? timing).leaseDuration,
    transitions: base === undefined ? 0 : base.transitions + 1,
  };
}

/** To say what a leader counts on; a duration that would leave no time is put back. */
export function restatingClaim({ taken }: State, base: LeaseRecord, counted: number, isSafe: boolean): Claim {
  const duration = isSafe ? Math.max(base.duration, counted) : counted;
  const { transitions } = base;
  return { base, duration, counted, transitions, ...(taken !== undefined && { acquired: taken }) };
}
