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
      { name: 'admin', port: 9000, protocol: 'TCP' },
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
    { name: 'admin', port: 9000 },
    { name: 'http', port: 8080 },
  ];
  store.put(SLICE, { ...object, ports });

  expect(await slice('app-0').route(7, LONG)).toBe('done');
  expect(store.writes).toHaveLength(1);
});

const endpoint = { addresses: ['10.0.0.10'], targetRef: { uid: 'uid-app-0' } };

it.each([
  ['nobody', { endpoints: [] }],
  ['nobody, in other words', { endpoints: null }],
  ['two', { endpoints: [endpoint, { addresses: ['10.0.0.11'] }] }],
  ['another address', { endpoints: [{ ...endpoint, addresses: ['10.0.0.99'] }] }],
  ['two addresses', { endpoints: [{ ...endpoint, addresses: ['10.0.0.10', '10.0.0.11'] }] }],
  ['a former pod of this name', { endpoints: [{ ...endpoint, targetRef: { uid: 'uid-former' } }] }],
  ['a pod that is not said', { endpoints: [{ addresses: ['10.0.0.10'] }] }],
  ['another port', { ports: [{ name: 'http', port: 1 }] }],
  ['no port', { ports: null }],
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

    expect(await former[write](7, LONG)).toBe('failed');
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

    expect(await slice('app-0').route(7, LONG)).toBe('failed');
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

  it('leaves that of another term', async () => {
    const { slice, routed } = await newGroup();
    await slice('app-0').route(7, LONG);

    expect(await slice('app-0').withdraw(8, LONG)).toBe('done');
    expect(routed()).toEqual({ term: '7', addresses: ['10.0.0.10'] });
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
    expect(await route.route(7, LONG)).toBe('failed');
    store.interfere = () => undefined;
    const { length } = store.requests;

    expect(await route.route(7, LONG)).toBe('done');
    expect(store.requests.slice(length).map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(routed()).toMatchObject({ term: '7' });
  },
);

it('that cannot be read is an error', async () => {
  const { store, slice } = await newGroup();
  store.interfere = () => 500;

  await expect(slice('app-0').route(7, LONG)).rejects.toThrow('status 500');
});

it('says whether anybody has led', async () => {
  const { slice } = await newGroup();

  expect(await slice('app-0').hasLed(LONG)).toBe(false);
  await slice('app-1').route(7, LONG);
  expect(await slice('app-0').hasLed(LONG)).toBe(true);
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
