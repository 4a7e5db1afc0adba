/** Histories that never were, for tests of what is said of them. */
import type { LiveObject } from '../../../../cluster/api-server';
import { type MemberFacts, ROLE } from '../../../../cluster/processes/elector-command';
import type { Kind } from '../../../../cluster/recorder';
import { type AppRun, type Change, type History, identityOf } from './history';

export const A: MemberFacts = { pod: 'g0-0', uid: 'a', ip: '10.0.0.1' };
export const B: MemberFacts = { pod: 'g0-1', uid: 'b', ip: '10.0.0.2' };

export const TIMING = { leaseDuration: 2000, renewDeadline: 1100, retryPeriod: 400, killAfter: 300 };

export const RUN_A: AppRun = { pod: A.pod, term: 10, first: 1000, last: 2700 };
export const RUN_B: AppRun = { pod: B.pod, term: 20, first: 3200, last: 6000 };

export function object(
  name: string,
  more: Partial<LiveObject>,
  metadata: Partial<LiveObject['metadata']>,
): LiveObject {
  return { ...more, metadata: { name, uid: name, resourceVersion: '1', ...metadata } };
}

export function lease(holder: string): LiveObject {
  return object('g0', { spec: { holderIdentity: holder } }, {});
}

export function givenUp(): LiveObject {
  return object('g0', { spec: { holderIdentity: '', renewTime: '2026-01-01T00:00:00Z' } }, {});
}

export function slice(term: number, ...led: readonly MemberFacts[]): LiveObject {
  const endpoints = led.map(({ uid, ip }) => ({ addresses: [ip], targetRef: { uid } }));
  return object('g0', { endpoints }, { annotations: { 'cdk8s-ha/term': String(term) } });
}

export function pod({ pod: name, uid }: MemberFacts, role: 'leader' | 'standby'): LiveObject {
  return object(name, {}, { uid, labels: { [ROLE.label]: ROLE[role] } });
}

/** When the watch told of a version. */
export function told(version: number): number {
  return 200 * version - 1000;
}

export function written(version: number, kind: Kind, what: LiveObject, more: Partial<Change> = {}): Change {
  return { at: told(version), kind, type: 'MODIFIED', version, object: what, byHand: false, ...more };
}

/** A leads with 10 and gives up, then B leads with 20; both renew the Lease once. */
export const HANDED_OVER: readonly Change[] = [
  written(10, 'Lease', lease(identityOf(A))),
  written(11, 'EndpointSlice', slice(10, A), { type: 'ADDED' }),
  written(12, 'Pod', pod(B, 'standby')),
  written(13, 'Pod', pod(A, 'leader')),
  written(14, 'Lease', lease(identityOf(A))),
  written(19, 'Lease', givenUp()),
  written(20, 'Lease', lease(identityOf(B))),
  written(21, 'EndpointSlice', slice(20, B)),
  written(22, 'Pod', pod(A, 'standby')),
  written(23, 'Pod', pod(B, 'leader')),
  written(27, 'Lease', lease(identityOf(B))),
];

export function history(more: Partial<History> = {}): History {
  return {
    members: [A, B],
    timing: TIMING,
    routing: 'endpoint-slice',
    standby: 'cold',
    asksPeersFor: undefined,
    changes: HANDED_OVER,
    runs: [RUN_A, RUN_B],
    refusals: [],
    hindrances: [],
    crashes: [],
    remarks: [],
    ...more,
  };
}

export function afterwards(...changes: readonly Change[]): History {
  return history({ changes: [...HANDED_OVER, ...changes] });
}
