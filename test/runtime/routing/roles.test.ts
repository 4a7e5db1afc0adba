/** Who carries the leader's label after writes that meet others, are late or fail. */
import { podOf } from '../../../runtime/routing/roles';
import { cleanUp } from '../../support/processes';
import { LONG, TERM_KEY, newGroup, pathOf, podObject } from '../support/group';
import { closeServers } from '../support/local-server';

afterAll(() => {
  closeServers();
  cleanUp();
});

it('a leader labels all others first, then itself', async () => {
  const { store, roles, labels } = await newGroup();

  expect(await roles('app-1').promote(7, LONG)).toBe('done');
  expect(labels()).toEqual(['backup 7', 'master 7', 'backup 7']);
  expect(store.writes.at(-1)).toBe(`PATCH ${pathOf('app-1')}`);
  expect(store.writes).toHaveLength(3);
});

it('writes nothing when all is as wanted', async () => {
  const { store, roles } = await newGroup();
  await roles('app-1').promote(7, LONG);

  expect(await roles('app-1').promote(7, LONG)).toBe('done');
  expect(store.writes).toHaveLength(3);
});

it('takes the label from the leader before', async () => {
  const { roles, labels } = await newGroup();
  await roles('app-1').promote(7, LONG);

  expect(await roles('app-2').promote(9, LONG)).toBe('done');
  expect(labels()).toEqual(['backup 9', 'backup 9', 'master 9']);
});

it('puts right what somebody has edited', async () => {
  const { store, roles, labels } = await newGroup();
  await roles('app-1').promote(7, LONG);
  store.put(
    pathOf('app-0'),
    podObject('app-0', { labels: { role: 'master' }, annotations: { [TERM_KEY]: '7' } }),
  );
  store.put(
    pathOf('app-1'),
    podObject('app-1', { labels: { role: 'odd' }, annotations: { [TERM_KEY]: '7' } }),
  );

  expect(await roles('app-1').promote(7, LONG)).toBe('done');
  expect(labels()).toEqual(['backup 7', 'master 7', 'backup 7']);
});

it.each([
  ['no label', { labels: undefined }],
  ['no term', { annotations: undefined }],
  ['no term among others', { annotations: { a: 'b' } }],
  ['nothing', { labels: {}, annotations: {} }],
])('labels pods that have %s', async (_, changes) => {
  const { store, roles, labels } = await newGroup();
  store.put(pathOf('app-0'), podObject('app-0', changes));
  store.put(pathOf('app-1'), podObject('app-1', changes));

  expect(await roles('app-0').promote(7, LONG)).toBe('done');
  expect(labels()).toEqual(['master 7', 'backup 7', 'backup 7']);
});

it('passes over pods that are not there', async () => {
  const { store, roles, labels } = await newGroup();
  store.delete(pathOf('app-2'));

  expect(await roles('app-0').promote(7, LONG)).toBe('done');
  expect(labels()).toEqual(['master 7', 'backup 7']);
});

it('passes over a pod that goes in this moment', async () => {
  const { store, roles, labels } = await newGroup();
  store.interfere = ({ method, path }) => {
    if (method === 'PATCH' && path === pathOf('app-2')) store.delete(path);
    return undefined;
  };

  expect(await roles('app-0').promote(7, LONG)).toBe('done');
  expect(labels()).toEqual(['master 7', 'backup 7']);
});

it('does not label a later pod of its own name', async () => {
  const { store, roles, labels } = await newGroup();
  store.put(pathOf('app-0'), podObject('app-0', { uid: 'uid-later' }));

  expect(await roles('app-0').promote(7, LONG)).toBe('superseded');
  expect(labels()).toEqual(['backup 0', 'backup 7', 'backup 7']);
});

describe('a former leader', () => {
  it('writes nothing over a later term, and does not label itself', async () => {
    const { roles, labels } = await newGroup();
    await roles('app-1').promote(9, LONG);

    expect(await roles('app-0').promote(7, LONG)).toBe('superseded');
    expect(labels()).toEqual(['backup 9', 'master 9', 'backup 9']);
  });

  it.each([
    ['a term', {}],
    ['no term yet', { annotations: undefined }],
    ['neither terms nor labels', { annotations: undefined, labels: undefined }],
  ])(
    'fails when the later leader wrote between its reading and writing, with pods of %s',
    async (_, changes) => {
      const { store, roles, labels } = await newGroup();
      for (const name of ['app-0', 'app-1', 'app-2']) store.put(pathOf(name), podObject(name, changes));
      store.interfere = ({ method, path }) => {
        if (method !== 'PATCH' || path !== pathOf('app-0')) return undefined;
        store.interfere = () => undefined;
        // Both have read; the later leader's write counts first.
        store.put(path, podObject('app-0', { ...changes, annotations: { [TERM_KEY]: '9' } }));
        return undefined;
      };

      await expect(roles('app-0').promote(7, LONG)).rejects.toThrow('app-0 cannot be written: status 422');
      expect(labels()[0]).toBe(`${'labels' in changes ? 'undefined' : 'backup'} 9`);
    },
  );

  it('does not label a pod that was made again in the meantime', async () => {
    const { store, roles, labels } = await newGroup();
    store.interfere = ({ method, path }) => {
      if (method === 'PATCH' && path === pathOf('app-2'))
        store.put(path, podObject('app-2', { uid: 'uid-later' }));
      return undefined;
    };

    await expect(roles('app-0').promote(7, LONG)).rejects.toThrow('app-2 cannot be written: status 422');
    expect(labels()).toEqual(['backup 0', 'backup 7', 'backup 0']);
  });
});

it('does not label itself while another may have the label: one write that fails is enough', async () => {
  const { store, roles, labels } = await newGroup();
  await roles('app-1').promote(7, LONG);
  store.interfere = ({ method, path }) => (method === 'PATCH' && path === pathOf('app-1') ? 500 : undefined);

  await expect(roles('app-0').promote(9, LONG)).rejects.toThrow('app-1 cannot be written: status 500');
  expect(labels()).toEqual(['backup 7', 'master 7', 'backup 9']);
});

it('is an error when a pod cannot be read', async () => {
  const { store, roles } = await newGroup();
  store.interfere = ({ path }) => (path === pathOf('app-2') ? 403 : undefined);

  await expect(roles('app-0').promote(7, LONG)).rejects.toThrow('Pod app-2 cannot be read: status 403');
});

describe('a greater term that nobody leads in', () => {
  it.each(['app-0', 'app-2'])(
    'on %s yields to the leader that has renewed since, which says so',
    async (pod) => {
      const { store, roles, labels, told, time, notices } = await newGroup();
      store.put(pathOf(pod), podObject(pod, { annotations: { [TERM_KEY]: '4000000' } }));
      time.now = 50;
      expect(await roles('app-0').promote(7, LONG)).toBe('superseded');
      told('app-0').foreign.renewed(50);
      expect(await roles('app-0').promote(7, LONG)).toBe('superseded');
      told('app-0').foreign.renewed(60);

      expect(await roles('app-0').promote(7, LONG)).toBe('done');
      expect(labels()).toEqual(['master 7', 'backup 7', 'backup 7']);
      expect(notices).toEqual([{ what: 'label taken back', pod, was: 'token 4000000' }]);
    },
  );
});

it('leaves no leader of its term or one before when it withdraws', async () => {
  const { roles, labels } = await newGroup();
  await roles('app-1').promote(7, LONG);

  expect(await roles('app-0').withdraw(9, LONG)).toBe('done');
  expect(labels()).toEqual(['backup 9', 'backup 9', 'backup 9']);
  expect(await roles('app-1').withdraw(7, LONG)).toBe('superseded');
});

describe('a member that does not lead', () => {
  it('takes the label from itself, once', async () => {
    const { store, roles, labels } = await newGroup();
    await roles('app-1').promote(7, LONG);
    const { length } = store.writes;

    expect(await roles('app-1').demote(LONG)).toBe('done');
    expect(labels()).toEqual(['backup 7', 'backup 7', 'backup 7']);
    expect(await roles('app-1').demote(LONG)).toBe('done');
    expect(store.writes).toHaveLength(length + 1);
  });

  it('writes nothing when it has none, or is gone', async () => {
    const { store, roles } = await newGroup();
    await roles('app-1').promote(7, LONG);
    const { length } = store.writes;
    store.delete(pathOf('app-2'));

    expect(await roles('app-0').demote(LONG)).toBe('done');
    expect(await roles('app-2').demote(LONG)).toBe('done');
    expect(store.writes).toHaveLength(length);
  });

  it.each([
    ['was made again', { uid: 'uid-later', labels: { role: 'master' } }],
    ['has lost the label', { labels: { role: 'backup' } }],
  ])('changes nothing on a pod that %s in the meantime', async (_, changes) => {
    const { store, roles } = await newGroup();
    store.put(pathOf('app-0'), podObject('app-0', { labels: { role: 'master' } }));
    store.interfere = ({ method, path }) => {
      if (method === 'PATCH') store.put(path, podObject('app-0', changes));
      return undefined;
    };

    await expect(roles('app-0').demote(LONG)).rejects.toThrow('status 422');
    expect(store.objects.get(pathOf('app-0'))).toMatchObject({ metadata: changes });
  });
});

it('knows the pods of the group that exist', async () => {
  const { store, roles } = await newGroup();
  store.delete(pathOf('app-1'));
  const pods = await roles('app-0').group(LONG);

  expect(pods.map(({ metadata }) => metadata.name)).toEqual(['app-0', 'app-2']);
});

it.each([
  ['a leader of the term', { role: 'master' }, '7', 7, true],
  ['a leader of another term', { role: 'master' }, '6', 7, false],
  ['a standby that should lead', { role: 'backup' }, '7', 7, false],
  ['a standby', { role: 'backup' }, '7', undefined, true],
  ['a pod without a label', {}, '7', undefined, true],
  ['a leader that should not be one', { role: 'master' }, '7', undefined, false],
])('sees in its own pod whether it is as wanted: %s', async (_, labels, term, wanted, expected) => {
  const { roles } = await newGroup();
  const object = podObject('app-0', { labels, annotations: { [TERM_KEY]: term } });
  const pod = podOf({ ...object, metadata: { ...object.metadata, resourceVersion: '1' } });

  expect(roles('app-0').isAsWanted(pod, wanted)).toBe(expected);
});
