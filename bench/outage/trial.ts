/** One outage, at a chosen moment between two renewals: whether the lead survives it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TimingMilliseconds } from '../../lib/leader/timing-rules';
import type { Kind } from './relay';
import type { Tried } from './search';
import type { Place } from './stage';

interface TrialOptions extends Place {
  readonly timing: TimingMilliseconds;
  readonly kind: Kind;
  readonly lengthMs: number;

  /** Milliseconds from the sending of a renewal to the outage. */
  readonly afterMs: number;
}

export interface Trial extends Tried {
  /** From the sending of one renewal to that of the next one that succeeded, the longest of the trial. */
  readonly gapMs: number;
}

/** For a start, and for a peer that does not notice its dead connections until it has asked in vain for 45 s. */
const ROOM_MS = 120_000;

/** From one outage to the next: an elector that has repeated its renewals often has its whole budget again (`turn.ts`). */
const REST_MS = 20_000;

const POLL_MS = 50;

/** When all members have ended, since something else went wrong, nothing is waited for any more. */
const NO_REASON_TO_STAY = { ref: false };

export async function runTrial(options: TrialOptions): Promise<Trial> {
  const { member, renewals, timing, kind, lengthMs, afterMs } = options;
  // The peer's next lead comes a lease after it has heard of the last renewal.
  const limitMs = timing.leaseDuration + timing.renewDeadline + ROOM_MS;
  await leadOf(member, limitMs);
  await sleep(REST_MS);
  const lead = await leadOf(member, limitMs);
  const renewedAt = await renewals.next(Date.now(), limitMs);
  await sleep(renewedAt + afterMs - Date.now());
  const end = member.relay.begin(kind);
  const beganAt = Date.now();
  await sleep(lengthMs);
  end();
  // The second tells that the lead did not end in the moment of the first.
  const first = await renewals.next(Date.now(), limitMs);
  await renewals.next(first, limitMs);
  const survived = (await member.answer()) === lead;
  const phase = (beganAt - renewals.lastBy(beganAt)) / timing.retryPeriod;
  return { lengthMs, phase, survived, gapMs: renewals.longestGap(beganAt) };
}

/** Which lead answers, as soon as one does. */
async function leadOf(member: Place['member'], limitMs: number): Promise<string> {
  const limit = Date.now() + limitMs;
  while (Date.now() < limit) {
    const answer = await member.answer();
    if (answer !== undefined) return answer;
    await sleep(POLL_MS, undefined, NO_REASON_TO_STAY);
  }
  throw new Error(`${member.name} does not lead`);
}
