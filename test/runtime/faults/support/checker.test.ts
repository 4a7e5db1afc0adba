/** The checker finds each kind of violation, and nothing in a history without one. */
import { type Scene, overruns, unrest, violations } from './checker';
import { identityOf } from './history';
import {
  A,
  B,
  HANDED_OVER,
  RUN_A,
  RUN_B,
  TIMING,
  afterwards,
  givenUp,
  history,
  lease,
  pod,
  slice,
  told,
  written,
} from './made-up';

test('a hand-over in good order breaks nothing', () => {
  expect(violations(history())).toEqual([]);
});

describe('applications', () => {
  const atOnce = (last: number) => history({ runs: [{ ...RUN_A, last }, RUN_B] });

  test('that lead at once are found', () => {
    expect(violations(atOnce(3210))).toContain(
      'the application of g0-0 (token 10, 1000 to 3210) and the application of g0-1 (token 20, 3200 to 6000) led at once for 10 ms or more',
    );
  });

  test('that lead at once are found whatever the order in which they are recorded', () => {
    const { runs } = atOnce(3210);
    expect(violations(history({ runs: [...runs].reverse() }))).toEqual(violations(atOnce(3210)));
  });

  test('of one member that lead at once are found', () => {
    const runs = [RUN_A, { ...RUN_A, term: 20, first: 2000 }];
    const changes = [written(10, 'Lease', lease(identityOf(A))), written(20, 'Lease', lease(identityOf(A)))];
    expect(violations(history({ runs, changes }))).toEqual([
      expect.stringContaining('led at once for 700 ms'),
    ]);
  });

  test('may follow each other in the same moment', () => {
    const changes = HANDED_OVER.filter(({ version }) => version !== 19);
    expect(violations({ ...atOnce(3200), changes })).toEqual([]);
  });

  test('that go on for longer than others wait are found, also when no other leads', () => {
    const limit = told(27) + TIMING.leaseDuration;
    const until = (last: number) => overruns(history({ runs: [RUN_A, { ...RUN_B, last }] }));
    expect(until(limit)).toEqual([]);
    expect(until(limit + 10)).toEqual([
      `the application of g0-1 (token 20, 3200 to ${limit + 10}) led for 10 ms longer than its Lease let it`,
    ]);
  });

  test('whose peers promise go on for as long as they may at most', () => {
    const asksPeersFor = 6000;
    const limit = told(27) + asksPeersFor + TIMING.leaseDuration - TIMING.renewDeadline;
    const until = (last: number) => overruns(history({ runs: [RUN_A, { ...RUN_B, last }], asksPeersFor }));
    expect(until(limit)).toEqual([]);
    expect(until(limit + 10)).toHaveLength(1);
  });

  test('that lead when their Lease is given up are found', () => {
    expect(violations(history({ runs: [{ ...RUN_A, last: told(19) + 10 }, RUN_B] }))).toEqual([
      expect.stringMatching(/at version 19 the Lease was given up before .*g0-0 .* did not lead any more/),
    ]);
  });

  test('that lead when somebody empties the Lease, or its holder does without giving it up, may do so', () => {
    const byHand = written(28, 'Lease', givenUp(), { byHand: true });
    const emptied = { ...lease(''), spec: { ...givenUp().spec, acquireTime: '2026-01-01T00:00:00Z' } };
    expect(violations(afterwards(byHand, written(29, 'Lease', emptied)))).toEqual([]);
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

  test('that are equal may be those of a hot standby that was restarted', () => {
    const again = { ...RUN_A, first: 2750, last: 2790 };
    const changes = HANDED_OVER.filter(({ version }) => version !== 19);
    const runs = [RUN_A, again, RUN_B];
    expect(violations(history({ runs, changes, standby: 'hot' }))).toEqual([]);
    expect(violations(history({ runs, changes }))).toHaveLength(1);
    expect(
      violations(history({ runs: [RUN_A, { ...again, pod: B.pod }, RUN_B], changes, standby: 'hot' })),
    ).toContainEqual(expect.stringContaining('with a token that is not greater'));
  });

  test('that an application was demoted from before are found', () => {
    expect(violations(history({ refusals: [{ pod: A.pod, term: 10, at: 4000 }] }))).toEqual([
      'the application of g0-0 was to lead with token 10 at 4000, after it was demoted from it',
    ]);
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
    expect(violations(afterwards(written(30, 'EndpointSlice', slice(20, A))))).toContain(
      'at version 30 the slice of term 20 led to another member than before',
    );
  });

  test('that leads to an application before it leads is found', () => {
    expect(violations(history({ runs: [RUN_A, { ...RUN_B, first: told(21) + 10 }] }))).toEqual([
      'at version 21 the slice led to g0-1 in term 20 before its application led',
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
    ['an application', { now: RUN_B.last + 1000 }, '0 applications lead'],
    ['an end of the former', { runs: [{ ...RUN_A, last: RUN_B.last }, RUN_B] }, '2 applications lead'],
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
