/** Clients led here and away again, and labels that follow, in a group whose API server is in memory. */
import { setTimeout as later } from 'node:timers/promises';
import { Router } from '../../../runtime/routing/router';
import { cleanUp, eventually } from '../../support/processes';
import { type Group, SLICE, TERM_KEY, newGroup, pathOf, podObject } from '../support/group';
import { closeServers } from '../support/local-server';

afterAll(() => {
  closeServers();
  cleanUp();
});

const REFUSED =
  "EndpointSlice app-leader cannot be written: status 403 (the account's Role, its RoleBinding or an admission policy does not allow it)";

const forever = () => Infinity;

const FAMILIES = { slice: ['IPv4'], 'two slices': ['IPv4', 'IPv6'], label: [] } as const;

function routerOf(
  { store, slice, roles, told: toldTo }: Group,
  pod: string,
  routing: keyof typeof FAMILIES = 'slice',
) {
  const told: number[] = [];
  const deletions: string[] = [];
  const router = new Router({
    api: store.api,
    slices: FAMILIES[routing].map((family) => slice(pod, family)),
    roles: roles(pod),
    ...toldTo(pod),
    pod,
    onRouted: (term) => told.push(term),
    onDeletion: () => deletions.push(pod),
  });
  return { router, told, deletions };
}

/** Watches slice and pod until the end of the test. */
async function watching(group: Group, router: Router, test: () => Promise<void>): Promise<void> {
  const controller = new AbortController();
  router.watch(controller.signal);
  await group.store.watched(2);
  try {
    await test();
  } finally {
    await group.store.endWatches();
    controller.abort();
  }
}

async function labelled({ labels }: Group, ...expected: readonly string[]): Promise<void> {
  await eventually(
    () => labels().join() === expected.join(),
    () => `${expected.join()} instead of ${labels().join()}`,
  );
}

describe('by slice', () => {
  it('leads clients here first, then labels the pods, and tells it once', async () => {
    const group = await newGroup();
    const { router, told } = routerOf(group, 'app-1');
    router.lead(7, forever);
    await labelled(group, 'backup 7', 'master 7', 'backup 7');
    router.lead(7, forever);
    await eventually(() => group.store.requests.at(-1)?.method === 'GET', 'another look');

    expect(group.routed()).toEqual({ term: '7', addresses: ['10.0.0.11'] });
    expect(group.store.writes.map((write) => write.split(' ')[0])).toEqual([
      'POST',
      'PATCH',
      'PATCH',
      'PATCH',
    ]);
    expect(told).toEqual([7]);
  });

  it('leads them from one to the next, whose label it takes as well', async () => {
    const group = await newGroup();
    const [first, second] = [routerOf(group, 'app-0'), routerOf(group, 'app-1')];
    first.router.lead(7, forever);
    await labelled(group, 'master 7', 'backup 7', 'backup 7');
    second.router.lead(9, forever);
    await labelled(group, 'backup 9', 'master 9', 'backup 9');

    expect(group.routed()).toEqual({ term: '9', addresses: ['10.0.0.11'] });
    expect(second.told).toEqual([9]);
  });

  it('tries again until it is done', async () => {
    const group = await newGroup();
    const { router, told } = routerOf(group, 'app-0');
    let failures = 0;
    group.store.interfere = () => ((failures += 1) <= 3 ? 503 : undefined);
    router.lead(7, forever);
    await eventually(() => told.length > 0, 'a lead');

    expect(group.routed()).toMatchObject({ term: '7' });
  });

  it('sends nothing for a lead that has no time left', async () => {
    const group = await newGroup();
    const { router, told } = routerOf(group, 'app-0');
    const other = routerOf(group, 'app-1');
    router.lead(7, () => 0);
    other.router.lead(9, forever);
    await labelled(group, 'backup 9', 'master 9', 'backup 9');

    expect(told).toEqual([]);
    expect(group.store.writes[0]).toMatch(/^POST/);
    expect(group.routed()).toMatchObject({ term: '9' });
  });

  it('takes its label away when it leads no more, and leaves the slice to its successor', async () => {
    const group = await newGroup();
    const { router } = routerOf(group, 'app-0');
    router.lead(7, forever);
    await labelled(group, 'master 7', 'backup 7', 'backup 7');
    router.standBy();
    await labelled(group, 'backup 7', 'backup 7', 'backup 7');

    expect(group.routed()).toEqual({ term: '7', addresses: ['10.0.0.10'] });
  });

  it('leads clients nowhere when there is no successor', async () => {
    const group = await newGroup();
    const { router, told } = routerOf(group, 'app-0');
    router.lead(7, forever);
    await labelled(group, 'master 7', 'backup 7', 'backup 7');
    router.standBy();
    router.withdraw(7);
    await eventually(() => group.routed()?.addresses.length === 0, 'an empty slice');

    expect(told).toEqual([7]);
    await labelled(group, 'backup 7', 'backup 7', 'backup 7');
  });

  it('leads them nowhere when the lead has begun and its application takes its time', async () => {
    const group = await newGroup();
    const [dead, next] = [routerOf(group, 'app-0'), routerOf(group, 'app-1')];
    dead.router.lead(7, forever);
    await labelled(group, 'master 7', 'backup 7', 'backup 7');
    next.router.begin(9);
    await eventually(() => group.routed()?.addresses.length === 0, 'an empty slice');
    expect(group.routed()).toEqual({ term: '9', addresses: [] });
    expect(next.told).toEqual([]);

    next.router.lead(9, forever);
    await labelled(group, 'backup 9', 'master 9', 'backup 9');
    expect(group.routed()).toEqual({ term: '9', addresses: ['10.0.0.11'] });
  });

  it('writes once when the application is up by then, or the lead is over', async () => {
    const group = await newGroup();
    const [quick, over] = [routerOf(group, 'app-0'), routerOf(group, 'app-1')];
    quick.router.begin(7);
    quick.router.lead(7, forever);
    over.router.begin(9);
    over.router.standBy();
    await labelled(group, 'master 7', 'backup 7', 'backup 7');
    await later(1100);

    expect(group.store.writes.filter((write) => write.includes('endpointslices'))).toHaveLength(1);
    expect(group.routed()).toEqual({ term: '7', addresses: ['10.0.0.10'] });
  });

  it('takes back what was edited to a greater term, when it has renewed', async () => {
    const group = await newGroup();
    const { router } = routerOf(group, 'app-0');
    await watching(group, router, async () => {
      router.lead(7, forever);
      await labelled(group, 'master 7', 'backup 7', 'backup 7');
      const metadata = { name: 'app-leader', annotations: { [TERM_KEY]: '4000000' } };
      group.store.put(SLICE, { metadata, endpoints: [{ addresses: ['192.0.2.7'] }], ports: [] });
      await eventually(() => {
        group.time.now += 10;
        router.renewed(group.time.now);
        return group.routed()?.addresses.join() === '10.0.0.10';
      }, 'the slice as it was');
    });

    expect(group.notices).toMatchObject([{ what: 'slice taken back' }]);
  });

  it('tells of a slice that may not be written', async () => {
    const group = await newGroup();
    const { router, told } = routerOf(group, 'app-0');
    group.store.interfere = ({ method }) => (method === 'POST' ? 403 : undefined);
    router.lead(7, forever);
    await eventually(() => group.notices.length > 0, 'a notice');
    router.standBy();

    expect(told).toEqual([]);
    expect(group.notices).toEqual([{ what: 'routing fails', why: REFUSED }]);
  });

  it.each([
    ['deleted', (group: Group) => group.store.delete(SLICE)],
    [
      'emptied',
      (group: Group) => group.store.put(SLICE, { ...group.store.objects.get(SLICE), endpoints: [] }),
    ],
  ])('puts right what somebody has %s', async (_, edit) => {
    const group = await newGroup();
    const { router, told } = routerOf(group, 'app-0');
    await watching(group, router, async () => {
      router.lead(7, forever);
      await labelled(group, 'master 7', 'backup 7', 'backup 7');
      edit(group);
      await eventually(() => group.routed()?.addresses.join() === '10.0.0.10', 'the slice as it was');
    });

    expect(told).toEqual([7]);
  });

  it('takes the label that somebody gave to a standby', async () => {
    const group = await newGroup();
    const { router } = routerOf(group, 'app-0');
    await watching(group, router, async () => {
      group.store.put(pathOf('app-0'), podObject('app-0', { labels: { role: 'master' } }));
      await labelled(group, 'backup 0', 'backup 0', 'backup 0');
    });

    expect(group.store.writes).toEqual([`PATCH ${pathOf('app-0')}`]);
  });

  it('gives itself the label back that somebody took', async () => {
    const group = await newGroup();
    const { router } = routerOf(group, 'app-0');
    await watching(group, router, async () => {
      router.lead(7, forever);
      await labelled(group, 'master 7', 'backup 7', 'backup 7');
      group.store.put(pathOf('app-0'), podObject('app-0', { annotations: { [TERM_KEY]: '7' } }));
      await labelled(group, 'master 7', 'backup 7', 'backup 7');
    });

    expect(group.store.writes.at(-1)).toBe(`PATCH ${pathOf('app-0')}`);
  });
});

describe('by slices of both address families', () => {
  it('leads clients here when both do', async () => {
    const group = await newGroup();
    const { router, told } = routerOf(group, 'app-0', 'two slices');
    let isAllowed = false;
    group.store.interfere = ({ path }) => (path === `${SLICE}-ipv6` && !isAllowed ? 403 : undefined);
    router.lead(7, forever);
    await eventually(() => group.routed() !== undefined, 'the first slice');
    expect(told).toEqual([]);
    isAllowed = true;
    await eventually(() => told.length > 0, 'a lead');

    expect(group.routed(`${SLICE}-ipv6`)).toEqual({ term: '7', addresses: ['fd00::10'] });
    await labelled(group, 'master 7', 'backup 7', 'backup 7');
  });
});

describe('by label', () => {
  it('labels the pods, tells it once, and writes no slice', async () => {
    const group = await newGroup();
    const { router, told } = routerOf(group, 'app-1', 'label');
    router.lead(7, forever);
    await labelled(group, 'backup 7', 'master 7', 'backup 7');
    await eventually(() => told.length > 0, 'a lead');
    router.standBy();
    router.withdraw(7);
    await labelled(group, 'backup 7', 'backup 7', 'backup 7');

    expect(told).toEqual([7]);
    expect(group.routed()).toBeUndefined();
  });

  it('sends nothing for a lead that has no time left', async () => {
    const group = await newGroup();
    const [late, other] = [routerOf(group, 'app-0', 'label'), routerOf(group, 'app-1', 'label')];
    late.router.lead(7, () => 0);
    other.router.lead(9, forever);
    await labelled(group, 'backup 9', 'master 9', 'backup 9');

    expect(late.told).toEqual([]);
  });

  it('takes the label from a leader that is dead when the next application takes its time', async () => {
    const group = await newGroup();
    const [dead, next] = [routerOf(group, 'app-0', 'label'), routerOf(group, 'app-1', 'label')];
    dead.router.lead(7, forever);
    await labelled(group, 'master 7', 'backup 7', 'backup 7');
    next.router.begin(9);
    await labelled(group, 'backup 9', 'backup 9', 'backup 9');
    next.router.standBy();

    expect(next.told).toEqual([]);
  });
});

describe('the successor that it prefers', () => {
  it('is found when it is asked for', async () => {
    const { router } = routerOf(await newGroup(), 'app-0');
    expect(router.preferred).toBeUndefined();
    await router.findSuccessor();

    expect(router.preferred).toBe('app-1');
  });

  it('is found when this pod is being deleted, which is told', async () => {
    const group = await newGroup();
    const { router, deletions } = routerOf(group, 'app-1');
    await watching(group, router, async () => {
      expect(deletions).toEqual([]);
      group.store.put(pathOf('app-1'), podObject('app-1', { deletionTimestamp: '2026-11-21T07:21:00Z' }));
      await eventually(() => router.preferred !== undefined, 'a successor');
    });

    expect(router.preferred).toBe('app-0');
    expect(deletions).toEqual(['app-1']);
  });

  it('stays as it was when it cannot be found, and is forgotten with the next lead', async () => {
    const group = await newGroup();
    const { router } = routerOf(group, 'app-0');
    await router.findSuccessor();
    group.store.interfere = () => 500;
    await router.findSuccessor();
    group.store.interfere = () => undefined;

    expect(router.preferred).toBe('app-1');
    router.lead(7, forever);
    expect(router.preferred).toBeUndefined();
    await labelled(group, 'master 7', 'backup 7', 'backup 7');
  });
});
