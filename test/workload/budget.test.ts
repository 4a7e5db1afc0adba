/** Tests of budgets: what they render, and that they neither block every drain nor let the majority go. */
import fc from 'fast-check';
import { Budget } from '../../lib';
import { expectProblem, expectProblemAlone } from '../support/problems';
import { renderedWith, storeWith } from '../support/stores';

const BLOCKS = /a budget that lets nobody go blocks every drain/;
const QUORUM = /of 3 voting members at most 1 may be away, or the majority is lost/;
const KIND = 'PodDisruptionBudget';

function budgetsOf(budget: Budget | undefined, replicas: number): unknown[] {
  const { objects } = renderedWith({ replicas, ...(budget && { budget }) });
  return objects
    .filter(({ kind }) => kind === KIND)
    .map((object) => ('spec' in object ? object.spec : undefined));
}

describe('a budget', () => {
  it.each<[string, Budget | undefined, number, object]>([
    ['one at a time, if nothing is said', undefined, 3, { maxUnavailable: 1 }],
    ['one at a time', Budget.oneAtATime(), 2, { maxUnavailable: 1 }],
    ['some at a time', Budget.maxUnavailable(2), 5, { maxUnavailable: 2 }],
    ['some always there', Budget.minAvailable(2), 3, { minAvailable: 2 }],
    ['one of one, said so', Budget.maxUnavailable(1), 1, { maxUnavailable: 1 }],
  ])('is %s', (_, budget, replicas, limit) => {
    expect(budgetsOf(budget, replicas)).toEqual([
      {
        ...limit,
        selector: { matchLabels: { 'app.kubernetes.io/name': 'db', 'app.kubernetes.io/instance': 'db' } },
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    ]);
  });

  it.each<[string, Budget | undefined, number]>([
    ['a single replica, if nothing is said', undefined, 1],
    ['a single replica that would go one at a time', Budget.oneAtATime(), 1],
    ['members that may all go', Budget.none(), 3],
  ])('is not made for %s', (_, budget, replicas) => {
    expect(budgetsOf(budget, replicas)).toEqual([]);
  });

  it('has the name and labels of its store, and comes before the pods', () => {
    expect(renderedWith({}).one(KIND).metadata).toMatchObject({
      name: 'db',
      labels: { 'app.kubernetes.io/instance': 'db' },
      annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
    });
  });

  it.each([
    ['maxUnavailable 0 of 3', Budget.maxUnavailable(0), 3],
    ['minAvailable 3 of 3', Budget.minAvailable(3), 3],
    ['minAvailable 4 of 3', Budget.minAvailable(4), 3],
    ['minAvailable 1 of 1', Budget.minAvailable(1), 1],
  ])('of %s is refused', (value, budget, replicas) => {
    expectProblemAlone(() => storeWith({ budget, replicas }), { property: 'budget', value, rule: BLOCKS });
  });

  it.each([
    ['maxUnavailable 2 of 3', Budget.maxUnavailable(2)],
    ['minAvailable 1 of 3', Budget.minAvailable(1)],
    ['minAvailable 0 of 3', Budget.minAvailable(0)],
  ])('of %s is refused where members vote', (value, budget) => {
    expect(storeWith({ budget }).name).toBe('db');
    expectProblemAlone(() => storeWith({ budget, quorum: true }), {
      property: 'budget',
      value,
      rule: QUORUM,
      remedy: /Budget\.oneAtATime\(\)/,
    });
  });

  it.each([
    ['maxUnavailable -1 of 3', Budget.maxUnavailable(-1)],
    ['maxUnavailable 0.5 of 3', Budget.maxUnavailable(0.5)],
    ['minAvailable NaN of 3', Budget.minAvailable(NaN)],
  ])('of %s is no budget', (value, budget) => {
    expectProblemAlone(() => storeWith({ budget }), {
      property: 'budget',
      value,
      rule: /a whole number, not negative/,
    });
  });

  it('is accepted exactly if a drain can go on and the majority stays', () => {
    const kind = fc.constantFrom('maxUnavailable' as const, 'minAvailable' as const);
    fc.assert(
      fc.property(
        kind,
        fc.nat(12),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (how, count, replicas, quorum) => {
          const left = how === 'maxUnavailable' ? replicas - count : count;
          const drains = how === 'maxUnavailable' ? count > 0 : left < replicas;
          const majorityStays = left > replicas / 2;
          const problems = Budget[how](count).problems(replicas, quorum);
          expect(problems).toHaveLength(drains && (!quorum || majorityStays) ? 0 : 1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([1, 3, 5, 7])('of one at a time is never refused for %d voting members', (replicas) => {
    expect(Budget.oneAtATime().problems(replicas, true)).toEqual([]);
  });

  it('of one at a time is refused for two voting members, none of whom may be away', () => {
    expectProblem(() => storeWith({ replicas: 2, quorum: true }), {
      property: 'budget',
      rule: /of 2 voting members at most 0 may be away/,
    });
  });
});
