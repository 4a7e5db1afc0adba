/** What a member makes of the Lease: from when on it may take it, by its own clock. */
import type { LeaseRecord, Observation, Settings } from './state';

/** How long members that are not preferred leave a Lease to the one that is. */
const PREFERENCE_MS = 1000;

/** The Lease is seen to be so, now. */
export function observed(
  before: Observation | undefined,
  record: LeaseRecord,
  settings: Settings,
  now: number,
): Observation {
  const gone = record.holder === '' && !record.released ? before?.gone : undefined;
  return { record, takeableAt: now + waitFor(record, settings, gone), ...(gone !== undefined && { gone }) };
}

/**
 * There is no Lease. One that was deleted says nothing of its holder: it is made anew, and waited for like one that was
 * emptied.
 */
export function observedNone(
  before: Observation | undefined,
  ledBefore: boolean,
  settings: Settings,
  now: number,
): Observation {
  const record = before?.record;
  // Known already, unless somebody has led since.
  if (before && !record && !ledBefore) return before;
  const wasHeld = record?.released === false;
  const gone = wasHeld ? holdOf(record, settings) : before?.gone;
  const takeableAt = ledBefore || wasHeld ? Infinity : now;
  return { record: undefined, takeableAt, ...(gone !== undefined && { gone }) };
}

function waitFor(record: LeaseRecord, settings: Settings, gone = 0): number {
  if (!record.released) return Math.max(holdOf(record, settings), gone);
  const isForMe = ['', settings.pod].includes(record.preferred ?? '');
  return isForMe ? 0 : PREFERENCE_MS;
}

/** A holder that has not said what it counts on is taken to count on what this member would. */
function holdOf({ duration, counted }: LeaseRecord, { timing }: Settings): number {
  return Math.max(duration, counted ?? timing.leaseDuration);
}
