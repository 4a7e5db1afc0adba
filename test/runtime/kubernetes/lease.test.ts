/** The Lease on the wire: what others write is read as meant, and what is written leaves the rest as it is. */
import { LeaseClient, recordOf } from '../../../runtime/kubernetes/lease';
import { cleanUp } from '../../support/processes';
import { closeServers } from '../support/local-server';
import { ObjectStore } from '../support/object-store';

afterAll(() => {
  closeServers();
  cleanUp();
});

const COLLECTION = '/apis/coordination.k8s.io/v1/namespaces/ns/leases';
const PATH = `${COLLECTION}/lease-app`;
const US = 'app-0_uid-0';
const TIMEOUT = 60_000;
const MICRO_TIME: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

const metadata = { name: 'lease-app', namespace: 'ns', resourceVersion: '4711' };
const held = {
  holderIdentity: US,
  leaseDurationSeconds: 10,
  leaseTransitions: 2,
  acquireTime: '2026-11-21T07:20:03.249000Z',
  renewTime: '2026-11-21T07:20:14.224000Z',
};

/** Gives up what is held. */
const RELEASE = { acquired: held.acquireTime, transitions: held.leaseTransitions, hasAnnotations: true };

const NOTHING = {
  version: 4711,
  holder: '',
  acquired: '',
  renewed: '',
  duration: 0,
  transitions: 0,
  released: false,
};

describe('a Lease as it is read', () => {
  it('may be one of client-go', () => {
    expect(recordOf({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: held })).toEqual({
      version: 4711,
      holder: US,
      acquired: '2026-11-21T07:20:03.249000Z',
      renewed: '2026-11-21T07:20:14.224000Z',
      duration: 10_000,
      transitions: 2,
      released: false,
    });
  });

  it('may be one of this runtime', () => {
    const annotations = {
      'cdk8s-ha/lease-duration': '20',
      'cdk8s-ha/configured-lease-duration': '10',
      'cdk8s-ha/preferred-successor': 'app-1',
      'another.io/thing': 'x',
    };

    expect(recordOf({ metadata: { ...metadata, annotations }, spec: held })).toMatchObject({
      counted: 20_000,
      configured: 10_000,
      preferred: 'app-1',
    });
  });

  it.each([
    ['the seed of the reference deployment', { acquireTime: null, holderIdentity: '', renewTime: null }, {}],
    ['one with a duration only', { leaseDurationSeconds: 10 }, { duration: 10_000 }],
    ['one with nothing', {}, {}],
    ['one that client-go has released', { ...held, holderIdentity: '' }, { ...readHeld(), holder: '' }],
    ['one that somebody emptied', { ...held, holderIdentity: null }, { ...readHeld(), holder: '' }],
    [
      'one that was never renewed',
      { ...held, holderIdentity: '', acquireTime: null, renewTime: null },
      unheld(),
    ],
    ['one with a holder and no times', { holderIdentity: 'x' }, { holder: 'x' }],
  ])('proves nothing: %s', (_, spec, expected) => {
    expect(recordOf({ metadata, spec })).toEqual({ ...NOTHING, ...expected });
  });

  const CLEARED = { ...held, holderIdentity: '', acquireTime: null };

  it('was given up when it says so of its last lead', () => {
    const annotations = { 'cdk8s-ha/released': '2' };

    expect(recordOf({ metadata: { ...metadata, annotations }, spec: CLEARED }).released).toBe(true);
  });

  it.each([
    ['it does not say so', {}, {}],
    ['it says so of an earlier lead', { 'cdk8s-ha/released': '1' }, {}],
    ['it has a holder', { 'cdk8s-ha/released': '2' }, { holderIdentity: 'app-1_uid-1' }],
    ['it was taken', { 'cdk8s-ha/released': '2' }, { acquireTime: held.acquireTime }],
  ])('was not given up when %s', (_, annotations, changes) => {
    const lease = { metadata: { ...metadata, annotations }, spec: { ...CLEARED, ...changes } };

    expect(recordOf(lease).released).toBe(false);
  });

  it('may have no spec and no annotations', () => {
    expect(recordOf({ metadata: { ...metadata, annotations: null } })).toEqual(NOTHING);
  });

  it.each(['', '10s', '-1', '1e3'])('counts on nothing with the annotation %j', (text) => {
    const annotations = { 'cdk8s-ha/lease-duration': text };

    expect(recordOf({ metadata: { ...metadata, annotations }, spec: held })).not.toHaveProperty('counted');
  });

  it.each([
    [{ 'cdk8s-ha/failsafe-members': 'app-0,app-1' }],
    [{ 'cdk8s-ha/failsafe-longest': '60' }],
    [{ 'cdk8s-ha/failsafe-members': 'app-0,app-1', 'cdk8s-ha/failsafe-longest': 'long' }],
  ])('says that its holder asks nobody: %j', (annotations) => {
    expect(recordOf({ metadata: { ...metadata, annotations }, spec: held })).not.toHaveProperty('failsafe');
  });

  it.each([
    ['a Status', { kind: 'Status', metadata: {}, code: 404 }],
    ['a version that is no number', { metadata: { ...metadata, resourceVersion: 'abc' } }],
    ['nothing', undefined],
  ])('is not %s', (_, object) => {
    expect(() => recordOf(object)).toThrow(/\w/);
  });

  function readHeld() {
    return { ...unheld(), acquired: held.acquireTime, renewed: held.renewTime };
  }

  function unheld() {
    return { duration: 10_000, transitions: 2 };
  }
});

describe('a Lease in the API server', () => {
  async function client() {
    const store = await ObjectStore.start();
    const options = { namespace: 'ns', name: 'lease-app', identity: US, leaseDuration: 10_000 };
    const lease = new LeaseClient(store.api, options);
    const stored = () => store.objects.get(PATH);
    return { store, lease, stored };
  }

  const base = (version: unknown) => ({ ...NOTHING, version: Number(version) });

  function versionOf(object: Record<string, unknown> | undefined): number {
    return recordOf(object).version;
  }

  it('says whom its holder asks in an outage, and for how long it may go on by that', async () => {
    const { store, stored } = await client();
    store.put(PATH, { spec: {} });
    const failsafe = { members: ['app-0', 'app-1'], longest: 60_000 };
    const options = { namespace: 'ns', name: 'lease-app', identity: US, leaseDuration: 10_000, failsafe };
    const claim = { duration: 10_000, counted: 10_000, transitions: 1, acquired: 'noon' };
    const asking = new LeaseClient(store.api, options);
    await asking.claim({ ...claim, base: base(versionOf(stored())) }, TIMEOUT);
    expect(recordOf(stored())).toMatchObject({ failsafe });

    const silent = new LeaseClient(store.api, {
      namespace: 'ns',
      name: 'lease-app',
      identity: US,
      leaseDuration: 10_000,
    });
    await silent.claim({ ...claim, base: base(versionOf(stored())) }, TIMEOUT);
    expect(recordOf(stored())).not.toHaveProperty('failsafe');
  });

  it('is not created over one that there is', async () => {
    const { store, lease, stored } = await client();
    store.put(PATH, { spec: held });

    expect(await lease.ensure(TIMEOUT, 10_000)).toBe('refused');
    expect(stored()).toHaveProperty('spec', held);
  });

  it('lasts, made anew, as long as is asked', async () => {
    const { lease, stored } = await client();
    await lease.ensure(TIMEOUT, 20_000);

    expect(recordOf(stored())).toMatchObject({ holder: '', duration: 20_000, released: false });
  });

  it('is taken over with what others have written on it, but for what the last holder left', async () => {
    const { store, lease, stored } = await client();
    const annotations = {
      'cdk8s-ha/preferred-successor': 'app-0',
      'cdk8s-ha/released': '2',
      'another.io/thing': 'x',
    };
    const before = store.put(PATH, {
      metadata: { name: 'lease-app', annotations, labels: { a: 'b' } },
      spec: held,
    });
    await lease.claim(
      { base: base(versionOf(before)), duration: 20_000, counted: 15_000, transitions: 3, acquired: 'then' },
      TIMEOUT,
    );

    expect(stored()).toMatchObject({
      metadata: {
        labels: { a: 'b' },
        annotations: {
          'another.io/thing': 'x',
          'cdk8s-ha/lease-duration': '15',
          'cdk8s-ha/configured-lease-duration': '10',
        },
      },
      spec: {
        holderIdentity: US,
        leaseDurationSeconds: 20,
        leaseTransitions: 3,
        acquireTime: 'then',
        renewTime: MICRO_TIME,
      },
    });
    for (const left of ['preferred-successor', 'released'])
      expect(stored()).not.toHaveProperty(['metadata', 'annotations', `cdk8s-ha/${left}`]);
  });

  it('is not taken over from who was faster', async () => {
    const { store, lease, stored } = await client();
    const before = store.put(PATH, { spec: held });
    store.put(PATH, { spec: { ...held, holderIdentity: 'app-1_uid-1' } });
    const known = base(versionOf(before));
    const claim = { base: known, duration: 20_000, counted: 15_000, transitions: 3, acquired: 'then' };

    expect(await lease.claim(claim, TIMEOUT)).toBe('refused');
    expect(recordOf(stored()).holder).toBe('app-1_uid-1');
  });

  it('is renewed whatever else has changed, and nothing but its time', async () => {
    const { store, lease, stored } = await client();
    store.put(PATH, { metadata: { labels: { a: 'b' } }, spec: { ...held, leaseDurationSeconds: 33 } });
    const answer = await lease.renew(TIMEOUT);

    expect(answer).toEqual(recordOf(stored()));
    expect(stored()).toMatchObject({
      metadata: { labels: { a: 'b' } },
      spec: { ...held, leaseDurationSeconds: 33, renewTime: MICRO_TIME },
    });
    expect(stored()).not.toHaveProperty(['spec', 'renewTime'], held.renewTime);
  });

  it.each<[string, (lease: LeaseClient) => Promise<unknown>]>([
    ['renewed', (lease) => lease.renew(TIMEOUT)],
    ['released', (lease) => lease.release(RELEASE, TIMEOUT)],
  ])('is not %s by who does not hold it', async (_, write) => {
    const { store, lease, stored } = await client();
    const spec = { ...held, holderIdentity: 'app-1_uid-1' };
    store.put(PATH, { metadata: { annotations: {} }, spec });

    expect(await write(lease)).toBe('refused');
    expect(stored()).toHaveProperty('spec', spec);
    store.objects.clear();
    expect(await write(lease)).toBe('refused');
  });

  it('is given up so that all can see it was', async () => {
    const { store, lease, stored } = await client();
    store.put(PATH, { metadata: { annotations: { a: 'b' } }, spec: held });
    const answer = await lease.release({ ...RELEASE, preferred: 'app-1' }, TIMEOUT);

    expect(answer).toMatchObject({ holder: '', released: true, preferred: 'app-1', transitions: 2 });
    expect(stored()).toMatchObject({
      metadata: {
        annotations: { a: 'b', 'cdk8s-ha/preferred-successor': 'app-1', 'cdk8s-ha/released': '2' },
      },
      spec: { holderIdentity: '', acquireTime: null, leaseDurationSeconds: 10 },
    });
  });

  it('is not given up by a release that is late, when the same member has taken it again', async () => {
    const { store, lease, stored } = await client();
    const spec = { ...held, acquireTime: '2026-11-21T07:21:00.000000Z' };
    store.put(PATH, { metadata: { annotations: {} }, spec });

    expect(await lease.release(RELEASE, TIMEOUT)).toBe('refused');
    expect(stored()).toHaveProperty('spec', spec);
  });

  it('is given up to anybody when nobody is preferred', async () => {
    const { store, lease } = await client();
    store.put(PATH, { metadata: { annotations: {} }, spec: held });
    const answer = await lease.release(RELEASE, TIMEOUT);

    expect(answer).toMatchObject({ released: true });
    expect(answer).not.toHaveProperty('preferred');
  });

  it('is emptied when there are no annotations to say that it is given up', async () => {
    const { store, lease } = await client();
    store.put(PATH, { spec: held });
    const answer = await lease.release({ ...RELEASE, preferred: 'app-1', hasAnnotations: false }, TIMEOUT);

    expect(answer).toMatchObject({ holder: '', acquired: '', released: false });
    expect(answer).not.toHaveProperty('preferred');
  });

  it('is read, or found missing', async () => {
    const { store, lease, stored } = await client();

    expect(await lease.read(TIMEOUT)).toBeUndefined();
    store.put(PATH, { spec: held });
    expect(await lease.read(TIMEOUT)).toEqual(recordOf(stored()));
  });

  it.each([401, 403, 429, 500, 503])('is not known after the status %i', async (status) => {
    const { store, lease } = await client();
    store.interfere = () => status;

    expect(await lease.renew(TIMEOUT)).toBe('failed');
    await expect(lease.read(TIMEOUT)).rejects.toThrow(`status ${status}`);
    await expect(lease.ensure(TIMEOUT, 10_000)).rejects.toThrow(`status ${status}`);
  });

  it.each([404, 409, 422])('is refused with the status %i', async (status) => {
    const { store, lease } = await client();
    store.interfere = () => status;

    expect(await lease.renew(TIMEOUT)).toBe('refused');
  });

  it('is made with nothing but a duration, so that it gives nobody a right', async () => {
    const { lease, stored } = await client();
    const answer = await lease.ensure(TIMEOUT, 10_000);

    expect(stored()).toMatchObject({ kind: 'Lease', spec: { leaseDurationSeconds: 10 } });
    expect(answer).toEqual({ ...NOTHING, version: versionOf(stored()), duration: 10_000 });
  });
});
