/** What is written to the leader's slice, on which version, and when nothing is. */
import { cleanUp } from '../../support/processes';
import { LONG, SLICE, SLICES, TERM_KEY, newGroup } from '../support/group';
import { closeServers } from '../support/local-server';

afterAll(() => {
  closeServers();
  cleanUp();
});

it('is created whole by the first leader', async () => {
  const { store, slice } = await newGroup();

  expect(await slice('app-0').route(7, LONG)).toBe('done');
  expect(store.writes).toEqual([`POST ${SLICES}`]);
  expect(store.objects.get(SLICE)).toEqual({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'app-leader',
      resourceVersion: '104',
      labels: {
        'kubernetes.io/service-name': 'app',
        'endpointslice.kubernetes.io/managed-by': 'cdk8s-ha',
      },
      annotations: { [TERM_KEY]: '7' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'app-0', uid: 'uid-app-0' }],
    },
    addressType: 'IPv4',
    endpoints: [
      {
        addresses: ['10.0.0.10'],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: 'node-1',
        targetRef: { kind: 'Pod', namespace: 'ns', name: 'app-0', uid: 'uid-app-0' },
      },
    ],
    ports: [
      { name: 'http', port: 8080, protocol: 'TCP' },
      { name: 'dns', port: 9000, protocol: 'UDP' },
    ],
  });
});

it('is replaced in one write by the next leader', async () => {
  const { store, slice, routed } = await newGroup();
  await slice('app-0').route(7, LONG);

  expect(await slice('app-1').route(9, LONG)).toBe('done');
  expect(routed()).toEqual({ term: '9', addresses: ['10.0.0.11'] });
  expect(store.writes.slice(1)).toEqual([`PUT ${SLICE}`]);
  expect(store.objects.get(SLICE)).toMatchObject({ metadata: { ownerReferences: [{ name: 'app-1' }] } });
});

it('is not written when all is as wanted, nor read again', async () => {
  const { store, slice } = await newGroup();
  const route = slice('app-0');
  await route.route(7, LONG);
  const { length } = store.requests;

  expect(await route.route(7, LONG)).toBe('done');
  expect(store.requests).toHaveLength(length);
});

it('is as wanted also with its ports in another order', async () => {
  const { store, slice } = await newGroup();
  await slice('app-0').route(7, LONG);
  const object = store.objects.get(SLICE) ?? {};
  const ports = [
    { name: 'dns', port: 9000, protocol: 'UDP' },
    { name: 'http', port: 8080 },
  ];
  store.put(SLICE, { ...object, ports });

  expect(await slice('app-0').route(7, LONG)).toBe('done');
  expect(store.writes).toHaveLength(1);
});

const endpoint = { addresses: ['10.0.0.10'], nodeName: 'node-1', targetRef: { uid: 'uid-app-0' } };

it.each([
  ['nobody', { endpoints: [] }],
  ['nobody, in other words', { endpoints: null }],
  ['two', { endpoints: [endpoint, { addresses: ['10.0.0.11'] }] }],
  ['another address', { endpoints: [{ ...endpoint, addresses: ['10.0.0.99'] }] }],
  ['two addresses', { endpoints: [{ ...endpoint, addresses: ['10.0.0.10', '10.0.0.11'] }] }],
  ['a former pod of this name', { endpoints: [{ ...endpoint, targetRef: { uid: 'uid-former' } }] }],
  ['a pod that is not said', { endpoints: [{ addresses: ['10.0.0.10'] }] }],
  ['another node', { endpoints: [{ ...endpoint, nodeName: 'node-2' }] }],
  ['another port', { ports: [{ name: 'http', port: 1 }] }],
  ['another protocol', { ports: [{ name: 'http', port: 8080, protocol: 'SCTP' }] }],
  ['no port', { ports: null }],
  ['this pod, which is said not to be ready', { endpoints: [{ ...endpoint, conditions: { ready: false } }] }],
])('is put right when it leads to %s', async (_, edit) => {
  const { store, slice, routed } = await newGroup();
  const route = slice('app-0');
  await route.route(7, LONG);
  route.observe(store.put(SLICE, { ...store.objects.get(SLICE), ...edit }));

  expect(await route.route(7, LONG)).toBe('done');
  expect(routed()).toEqual({ term: '7', addresses: ['10.0.0.10'] });
  expect(store.objects.get(SLICE)).toMatchObject({ ports: [{ port: 8080 }, { port: 9000 }] });
  expect(store.writes.slice(1)).toEqual([`PUT ${SLICE}`]);
});

describe('with other labels', () => {
  const labels = {
    'kubernetes.io/service-name': 'app',
    'endpointslice.kubernetes.io/managed-by': 'cdk8s-ha',
  };

  async function labelled(found: object) {
    const group = await newGroup();
    const route = group.slice('app-0');
    await route.route(7, LONG);
    const metadata = { name: 'app-leader', annotations: { [TERM_KEY]: '7' }, labels: found };
    route.observe(group.store.put(SLICE, { ...group.store.objects.get(SLICE), metadata }));
    return { ...group, route };
  }

  it.each([
    ['none, which take it from its Service', {}],
    ['another Service', { ...labels, 'kubernetes.io/service-name': 'other' }],
    [
      "the endpoint controller's, which deletes it",
      { ...labels, 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' },
    ],
    ['one by which kube-proxy leaves it out', { ...labels, 'service.kubernetes.io/headless': '' }],
    ['one that leaves it to another proxy', { ...labels, 'service.kubernetes.io/service-proxy-name': 'a' }],
  ])('is put right: %s', async (_, found) => {
    const { route, store } = await labelled(found);

    expect(await route.route(7, LONG)).toBe('done');
    expect(store.objects.get(SLICE)).toHaveProperty('metadata.labels', labels);
  });

  it('is told of with what it said', async () => {
    const { route, notices } = await labelled({ ...labels, 'service.kubernetes.io/headless': '' });
    await route.route(7, LONG);

    expect(notices).toEqual([
      {
        what: 'slice taken back',
        slice: 'app-leader',
        was:
          'token 7; 10.0.0.10; kubernetes.io/service-name=app, ' +
          'endpointslice.kubernetes.io/managed-by=cdk8s-ha, service.kubernetes.io/headless=',
      },
    ]);
  });
});

it('that another term has left is not told of', async () => {
  const { slice, notices } = await newGroup();
  await slice('app-0').route(7, LONG);
  await slice('app-1').route(9, LONG);

  expect(notices).toEqual([]);
});

it('of IPv6 is one of its own', async () => {
  const { store, slice, routed } = await newGroup();
  await slice('app-0').route(7, LONG);
  await slice('app-0', 'IPv6').route(7, LONG);

  expect(store.objects.get(`${SLICES}/app-leader-ipv6`)).toMatchObject({ addressType: 'IPv6' });
  expect(routed(`${SLICES}/app-leader-ipv6`)).toEqual({ term: '7', addresses: ['fd00::10'] });
  expect(routed()).toEqual({ term: '7', addresses: ['10.0.0.10'] });
});

describe('a greater term that nobody leads in', () => {
  async function edited() {
    const group = await newGroup();
    const route = group.slice('app-0');
    await route.route(7, LONG);
    const metadata = { name: 'app-leader', annotations: { [TERM_KEY]: '4000000' } };
    const addresses = ['192.0.2.7'];
    route.observe(group.store.put(SLICE, { metadata, endpoints: [{ addresses }], ports: [] }));
    return { ...group, route, foreign: group.told('app-0').foreign };
  }

  it('is taken for a successor until a renewal that was sent after it was found has succeeded', async () => {
    const { route, foreign, time, routed } = await edited();
    time.now = 50;
    expect(await route.route(7, LONG)).toBe('superseded');
    expect(foreign.renewed(50)).toBe(false);
    expect(await route.route(7, LONG)).toBe('superseded');

    expect(routed()).toEqual({ term: '4000000', addresses: ['192.0.2.7'] });
  });

  it('is overwritten by the leader that has renewed since, which says so', async () => {
    const { route, foreign, time, routed, notices } = await edited();
    time.now = 50;
    await route.route(7, LONG);
    expect(foreign.renewed(60)).toBe(true);

    expect(await route.route(7, LONG)).toBe('done');
    expect(routed()).toEqual({ term: '7', addresses: ['10.0.0.10'] });
    expect(notices).toEqual([
      { what: 'slice taken back', slice: 'app-leader', was: 'token 4000000; 192.0.2.7; no label' },
    ]);
  });

  it('is not overwritten when another has written in the meantime', async () => {
    const { route, slice, foreign, store, routed, notices } = await edited();
    await route.route(7, LONG);
    foreign.renewed(60);
    store.put(SLICE, {
      ...store.objects.get(SLICE),
      metadata: { name: 'app-leader', annotations: { [TERM_KEY]: '8' } },
    });
    await slice('app-1').route(9, LONG);

    await expect(route.route(7, LONG)).rejects.toThrow('status 409');
    expect(await route.route(7, LONG)).toBe('superseded');
    expect(routed()).toEqual({ term: '9', addresses: ['10.0.0.11'] });
    expect(notices).toEqual([]);
  });
});

it('is put right when somebody took its term away', async () => {
  const { store, slice, routed } = await newGroup();
  store.put(SLICE, { metadata: { name: 'app-leader', annotations: null }, endpoints: [], ports: [] });

  expect(await slice('app-0').route(7, LONG)).toBe('done');
  expect(routed()).toEqual({ term: '7', addresses: ['10.0.0.10'] });
});

describe('a former leader', () => {
  it('writes nothing over a later term that it sees', async () => {
    const { store, slice, routed } = await newGroup();
    await slice('app-1').route(9, LONG);

    expect(await slice('app-0').route(7, LONG)).toBe('superseded');
    expect(await slice('app-0').withdraw(7, LONG)).toBe('superseded');
    expect(store.writes).toHaveLength(1);
    expect(routed()).toEqual({ term: '9', addresses: ['10.0.0.11'] });
  });

  it.each(['route', 'withdraw'] as const)('fails to %s late, and then sees why', async (write) => {
    const { slice, routed } = await newGroup();
    const former = slice('app-0');
    await former.route(7, LONG);
    await slice('app-1').route(9, LONG);
    // What it knows is out of date, and not as it wants.
    former.observe({
      metadata: { resourceVersion: '104', annotations: { [TERM_KEY]: '7' } },
      endpoints: [endpoint],
    });

    await expect(former[write](7, LONG)).rejects.toThrow('status 409');
    expect(await former[write](7, LONG)).toBe('superseded');
    expect(routed()).toEqual({ term: '9', addresses: ['10.0.0.11'] });
  });

  it('does not create it in place of one that another has created', async () => {
    const { store, slice, routed } = await newGroup();
    store.interfere = ({ method }) => {
      store.interfere = () => undefined;
      expect(method).toBe('GET');
      return 404;
    };
    await slice('app-2').route(9, LONG);
    store.interfere = () => {
      store.interfere = () => undefined;
      return 404;
    };

    await expect(slice('app-0').route(7, LONG)).rejects.toThrow('status 409');
    expect(routed()).toEqual({ term: '9', addresses: ['10.0.0.12'] });
  });
});

describe('to withdraw', () => {
  it("empties the slice of one's own term", async () => {
    const { store, slice, routed } = await newGroup();
    const route = slice('app-0');
    await route.route(7, LONG);

    expect(await route.withdraw(7, LONG)).toBe('done');
    expect(routed()).toEqual({ term: '7', addresses: [] });
    expect(await route.withdraw(7, LONG)).toBe('done');
    expect(store.writes).toHaveLength(2);
  });

  it('is no edit that the leader would tell of when it leads clients here again', async () => {
    const { slice, notices } = await newGroup();
    const route = slice('app-0');
    await route.withdraw(7, LONG);
    await route.route(7, LONG);
    await route.withdraw(7, LONG);

    expect(await route.route(7, LONG)).toBe('done');
    expect(notices).toEqual([]);
  });

  it('empties that of a leader before', async () => {
    const { slice, routed } = await newGroup();
    await slice('app-0').route(7, LONG);

    expect(await slice('app-1').withdraw(8, LONG)).toBe('done');
    expect(routed()).toEqual({ term: '8', addresses: [] });
  });

  it('makes none', async () => {
    const { store, slice } = await newGroup();

    expect(await slice('app-0').withdraw(7, LONG)).toBe('done');
    expect(store.writes).toEqual([]);
  });
});

it.each([403, 409, 429, 500])(
  'is not known any more after the status %i: it is read before the next write',
  async (status) => {
    const { store, slice, routed } = await newGroup();
    const route = slice('app-0');
    store.interfere = ({ method }) => (method === 'GET' ? undefined : status);
    await expect(route.route(7, LONG)).rejects.toThrow(`cannot be written: status ${status}`);
    store.interfere = () => undefined;
    const { length } = store.requests;

    expect(await route.route(7, LONG)).toBe('done');
    expect(store.requests.slice(length).map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(routed()).toMatchObject({ term: '7' });
  },
);

it('that cannot be read is an error that says what to look at', async () => {
  const { store, slice } = await newGroup();
  store.interfere = () => 403;

  await expect(slice('app-0').route(7, LONG)).rejects.toThrow(
    /app-leader cannot be read: status 403 \(.*Role/,
  );
});

it('is read again when what was seen may be out of date', async () => {
  const { store, slice } = await newGroup();
  const route = slice('app-0');
  await route.route(7, LONG);
  store.delete(SLICE);
  route.forget();

  expect(await route.route(7, LONG)).toBe('done');
  expect(store.objects.has(SLICE)).toBe(true);
});
