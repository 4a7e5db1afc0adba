/** The checker finds each kind of violation, and nothing in a history without one. */
import { type Scene, unrest, violations } from './checker';
import {
  type AppRun,
  type Change,
  type History,
  type Kind,
  type LiveObject,
  type MemberFacts,
  ROLE,
  identityOf,
} from './history';

const A: MemberFacts = { pod: 'g0-0', uid: 'a', ip: '10.0.0.1' };
const B: MemberFacts = { pod: 'g0-1', uid: 'b', ip: '10.0.0.2' };

const TIMING = { leaseDuration: 2000, renewDeadline: 1100, retryPeriod: 400, killAfter: 300 };

/** What the timing bears of a pause is 400 ms; a gate needs no longer than 700 ms after it. */
const [BORNE, AFTER] = [400, 700];

const RUN_A: AppRun = { pod: A.pod, term: 10, first: 1000, last: 3000 };
const RUN_B: AppRun = { pod: B.pod, term: 20, first: 3200, last: 6000 };

function object(
  name: string,
  more: Partial<LiveObject>,
  metadata: Partial<LiveObject['metadata']>,
): LiveObject {
  return { ...more, metadata: { name, uid: name, resourceVersion: '1', ...metadata } };
}

function lease(holder: string): LiveObject {
  return object('g0', { spec: { holderIdentity: holder } }, {});
}

function slice(term: number, ...led: readonly MemberFacts[]): LiveObject {
  const endpoints = led.map(({ uid, ip }) => ({ addresses: [ip], targetRef: { uid } }));
  return object('g0', { endpoints }, { annotations: { 'cdk8s-ha/term': String(term) } });
}

function pod({ pod: name, uid }: MemberFacts, role: 'leader' | 'standby'): LiveObject {
  return object(name, {}, { uid, labels: { [ROLE.label]: ROLE[role] } });
}

function written(version: number, kind: Kind, what: LiveObject, more: Partial<Change> = {}): Change {
  return { at: version, kind, type: 'MODIFIED', version, object: what, byHand: false, ...more };
}

/** A leads with 10, then B with 20. */
const HANDED_OVER: readonly Change[] = [
  written(10, 'Lease', lease(identityOf(A))),
  written(11, 'EndpointSlice', slice(10, A), { type: 'ADDED' }),
  written(12, 'Pod', pod(B, 'standby')),
  written(13, 'Pod', pod(A, 'leader')),
  written(20, 'Lease', lease(identityOf(B))),
  written(21, 'EndpointSlice', slice(20, B)),
  written(22, 'Pod', pod(A, 'standby')),
  written(23, 'Pod', pod(B, 'leader')),
];

function history(more: Partial<History> = {}): History {
  return {
    members: [A, B],
    timing: TIMING,
    routing: 'endpoint-slice',
    changes: HANDED_OVER,
    runs: [RUN_A, RUN_B],
    pauses: [],
    crashes: [],
    remarks: [],
    ...more,
  };
}

function afterwards(...changes: readonly Change[]): History {
  return history({ changes: [...HANDED_OVER, ...changes] });
}

test('a hand-over in good order breaks nothing', () => {
  expect(violations(history())).toEqual([]);
});

describe('applications', () => {
  const late = (last: number) => [{ ...RUN_A, last }, RUN_B];

  test('that run at once are found', () => {
    expect(violations(history({ runs: late(3210) }))).toEqual([
      'the application of g0-0 (token 10, 1000 to 3210) and the application of g0-1 (token 20, 3200 to 6000) ran at once for 10 ms or more',
    ]);
  });

  test('that run at once are found whatever the order in which they are recorded', () => {
    expect(violations(history({ runs: late(3210).reverse() }))).toHaveLength(1);
  });

  test('of one member that run at once are found', () => {
    const runs = [RUN_A, { ...RUN_A, term: 20, first: 2000 }];
    const changes = [written(10, 'Lease', lease(identityOf(A))), written(20, 'Lease', lease(identityOf(A)))];
    expect(violations(history({ runs, changes }))).toEqual([
      expect.stringContaining('ran at once for 1000 ms'),
    ]);
  });

  test('may follow each other in the same moment', () => {
    expect(violations(history({ runs: late(3200) }))).toEqual([]);
  });

  test('are excused while the gate of the former is stopped, and until it has had the time to act', () => {
    const pauses = [{ pod: A.pod, from: 2000, to: 4000 }];
    expect(violations(history({ runs: late(4000 + AFTER), pauses }))).toEqual([]);
  });

  test.each([
    ['later than that', { pod: A.pod, from: 2000, to: 4000 }, 4000 + AFTER + 10],
    ['of another gate that was stopped', { pod: B.pod, from: 2000, to: 4000 }, 4000],
    ['after a pause that the timing bears', { pod: A.pod, from: 3200 - BORNE, to: 3200 }, 3210],
    ['before a pause that came later', { pod: A.pod, from: 3210, to: 5000 }, 3300],
  ])('are not excused %s', (_, pause, last) => {
    expect(violations(history({ runs: late(last), pauses: [pause] }))).toHaveLength(1);
  });
});

describe('tokens', () => {
  test.each([
    ['smaller', 9],
    ['equal', 10],
  ])('that are %s than before are found', (_, term) => {
    const runs = [RUN_A, { ...RUN_B, term }];
    const changes = [...HANDED_OVER, written(term, 'Lease', lease(identityOf(B)))];
    expect(violations(history({ runs, changes }))).toContainEqual(
      expect.stringMatching(/g0-1 .* began after .*g0-0 .* with a token that is not greater/),
    );
  });

  test.each([
    ['that no Lease had as its version', 15],
    ['with which another member took the Lease', 10],
  ])('%s are found', (_, term) => {
    const [found] = violations(history({ runs: [{ ...RUN_B, term }] }));
    expect(found).toMatch(/g0-1 .* had a token with which its member never took the Lease/);
  });
});

describe('the slice', () => {
  test('with two endpoints is found', () => {
    expect(violations(afterwards(written(30, 'EndpointSlice', slice(20, A, B))))).toContainEqual(
      'the slice had two endpoints at version 30',
    );
  });

  test('that goes back to a former leader is found', () => {
    expect(violations(afterwards(written(30, 'EndpointSlice', slice(10, A))))).toEqual([
      'at version 30 the slice went back from term 20 to 10',
    ]);
  });

  test('that is emptied by a former leader is found', () => {
    expect(violations(afterwards(written(30, 'EndpointSlice', slice(10))))).toHaveLength(1);
  });

  test('that leads to two members in one term is found', () => {
    expect(violations(afterwards(written(30, 'EndpointSlice', slice(20, A))))).toEqual([
      'at version 30 the slice of term 20 led to another member than before',
    ]);
  });

  test('may be edited by hand, and put right', () => {
    const edit = written(30, 'EndpointSlice', slice(20, A), { byHand: true });
    expect(violations(afterwards(edit, written(31, 'EndpointSlice', slice(20, B))))).toEqual([]);
  });

  test('that is deleted by hand remembers no leader', () => {
    const deleted = written(30, 'EndpointSlice', slice(20, B), { type: 'DELETED' });
    const made = written(31, 'EndpointSlice', slice(10, A), { type: 'ADDED' });
    expect(violations(afterwards(deleted, made))).toEqual([]);
  });
});

describe('labels', () => {
  test('of two leaders are found', () => {
    expect(violations(afterwards(written(30, 'Pod', pod(A, 'leader'))))).toEqual([
      "at version 30 g0-1 and g0-0 both had the leader's label",
    ]);
  });

  test('may be edited by hand', () => {
    const edit = written(30, 'Pod', pod(A, 'leader'), { byHand: true });
    expect(violations(afterwards(edit))).toEqual([]);
  });

  test('that a member writes while another has it by its own are found, also after an edit', () => {
    const edit = written(30, 'Pod', pod(A, 'leader'), { byHand: true });
    expect(violations(afterwards(edit, written(31, 'Pod', pod(A, 'leader'))))).toHaveLength(1);
  });
});

test('an elector that ends by itself is found', () => {
  expect(violations(history({ crashes: [{ pod: A.pod, how: 'status 1' }] }))).toEqual([
    'the elector of g0-0 ended by itself, with status 1',
  ]);
});

describe('a group at rest', () => {
  const scene: Scene = {
    members: [A, B],
    routing: 'endpoint-slice',
    runs: [RUN_A, RUN_B],
    lease: lease(identityOf(B)),
    slice: slice(20, B),
    pods: [pod(A, 'standby'), pod(B, 'leader')],
    now: RUN_B.last + 20,
  };

  test('lacks nothing', () => {
    expect(unrest(scene)).toEqual([]);
  });

  test.each<[string, Partial<Scene>, string]>([
    ['an application', { now: RUN_B.last + 1000 }, '0 applications run'],
    ['an end of the former', { runs: [{ ...RUN_A, last: RUN_B.last }, RUN_B] }, '2 applications run'],
    ['a Lease', { lease: undefined }, "held by ''"],
    ['the Lease of the leader', { lease: lease(identityOf(A)) }, "held by 'g0-0_a'"],
    ['a slice', { slice: undefined }, "the slice leads to ''"],
    ['an endpoint', { slice: slice(20) }, "the slice leads to ''"],
    ['the endpoint of the leader', { slice: slice(20, A) }, "the slice leads to '10.0.0.1'"],
    ['the only endpoint', { slice: slice(20, B, A) }, "the slice leads to '10.0.0.2,10.0.0.1'"],
    ['the term', { slice: slice(10, B) }, 'in term 10'],
    ['the label', { pods: [pod(A, 'standby'), pod(B, 'standby')] }, "'' has the leader's label"],
    ['the only label', { pods: [pod(A, 'leader'), pod(B, 'leader')] }, "'g0-0,g0-1' has the leader's label"],
    ['the label on the leader', { pods: [pod(A, 'leader')], slice: slice(20, B) }, "'g0-0' has"],
  ])('may lack %s', (_, change, found) => {
    expect(unrest({ ...scene, ...change })).toEqual([expect.stringContaining(found)]);
  });

  test('needs no slice with routing by label', () => {
    expect(unrest({ ...scene, routing: 'label', slice: undefined })).toEqual([]);
  });
});
