/** A member that does not lead: whether it may take the Lease, and how it gives back what it holds without a lead. */
import { isOurs, takingClaim, takingOf } from './claim';
import { durationAnew } from './observation';
import { isBound } from './promises';
import type { LeaseRecord } from './state';
import type { Turn } from './turn';

/** How long clients may wait for a successor before they are refused. */
const WITHDRAW_AFTER_MS = 1000;

export function stand(turn: Turn): void {
  const { gate, seen, isStale, endBy, standsAt, former } = turn.state;
  if (!seen || isStale) return void turn.ask('read', { do: 'read' });
  const { record, takeableAt } = seen;
  const isHeld = isOurs(turn.state, record);
  // What runs may be the lead of a former process, which is taken up when all of it is known.
  if (gate.word === 'running' && !former) forbid(turn);
  if (!record) return makeAnew(turn);
  if (['running', 'unknown'].includes(gate.word) || isBound(turn.state, record, turn.now)) return;
  const stands = gate.word === 'waiting' && endBy === undefined && turn.now >= standsAt;
  if (stands && (isHeld || turn.now >= takeableAt)) acquire(turn, record);
  else if (isHeld) turn.ask('release', { do: 'release', acquired: record.acquired });
}

/** Gives nobody a right: whoever takes it has waited for as long as for any other. */
export function makeAnew(turn: Turn): void {
  turn.ask('ensure', { do: 'ensure', duration: durationAnew(turn.state) });
}

function acquire(turn: Turn, record: LeaseRecord): void {
  const taking = takingOf(turn.state, record, turn.now);
  const claim = takingClaim(turn.state, record, taking.acquired);
  if (turn.ask('acquire', { do: 'acquire', claim })) turn.change({ taking });
}

/** Others have a lease's time to stand for election. */
export function standBack(turn: Turn): void {
  const { standsAt, timing } = turn.state;
  turn.change({ standsAt: Math.max(standsAt, turn.now + timing.leaseDuration) });
}

/** A gate that waited may have begun in this moment: only what it says next is known. */
export function forbid(turn: Turn): void {
  if (turn.state.gate.word === 'waiting') turn.change({ gate: { word: 'unknown' } });
  turn.do({ do: 'forbid' });
}

/** The lead of this term is over: its clients wait a while for a successor. */
export function withdrawSoon(turn: Turn, term: number): void {
  turn.change({ withdrawal: { at: turn.now + WITHDRAW_AFTER_MS, term } });
}

export function withdraw(turn: Turn): void {
  const { withdrawal, seen, settings } = turn.state;
  if (!withdrawal) return;
  const holder = seen?.record?.holder ?? '';
  const hasSuccessor = !['', settings.identity].includes(holder);
  if (!hasSuccessor && turn.now < withdrawal.at) return;
  turn.change({ withdrawal: undefined });
  if (!hasSuccessor) turn.do({ do: 'withdraw', term: withdrawal.term });
}

/** An application that runs is left to the next process of this elector. */
export function end(turn: Turn): void {
  const { endBy, gate, lead, seen, asked } = turn.state;
  if (endBy === undefined) return;
  const isHeld = lead !== undefined || asked === 'acquire' || isOurs(turn.state, seen?.record);
  const isLeft = gate.word === 'running' && turn.now >= endBy;
  if (isLeft || !isHeld) turn.do({ do: 'exit' });
}
