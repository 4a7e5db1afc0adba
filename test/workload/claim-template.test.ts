/** Claims of a `StatefulStore`: what each pod's volume is like, and that nothing deletes it. */
import { Size } from 'cdk8s';
import {
  ClaimTemplate,
  type ClaimTemplateProps,
  type Mount,
  StatefulStore,
  type StatefulStoreProps,
} from '../../lib';
import { containerOf, rendered, volumeNames } from '../support/workloads';

const IMAGE = 'registry.example/db:1.2.3';

function store(props: Partial<StatefulStoreProps>) {
  return rendered(
    (scope) => new StatefulStore(scope, 'db', { name: 'db', image: IMAGE, replicas: 3, ...props }),
  );
}

function mount(props: Partial<ClaimTemplateProps> = {}): Mount {
  return { volume: new ClaimTemplate('data', { size: Size.gibibytes(10), ...props }), path: '/data' };
}

function claims(props: Partial<StatefulStoreProps>) {
  return store(props).one('StatefulSet').spec.volumeClaimTemplates;
}

describe('a claim template', () => {
  it('is complete, as the API server would make it, and never pruned', () => {
    expect(claims({ mounts: [mount()] })).toEqual([
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: 'data',
          annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' },
        },
        spec: {
          accessModes: ['ReadWriteOnce'],
          volumeMode: 'Filesystem',
          resources: { requests: { storage: '10Gi' } },
        },
      },
    ]);
  });

  it.each<[string, Partial<ClaimTemplateProps>, object]>([
    ['a storage class', { storageClassName: 'fast' }, { storageClassName: 'fast' }],
    ['no storage class', { storageClassName: '' }, { storageClassName: '' }],
    [
      'access modes',
      { accessModes: ['ReadWriteMany', 'ReadOnlyMany'] },
      { accessModes: ['ReadWriteMany', 'ReadOnlyMany'] },
    ],
    ['labels of volumes', { matchLabels: { tier: 'ssd' } }, { selector: { matchLabels: { tier: 'ssd' } } }],
    [
      'a size that is no whole unit',
      { size: Size.gibibytes(1.5) },
      { resources: { requests: { storage: '1536Mi' } } },
    ],
    ['a raw device', { volumeMode: 'Block' }, { volumeMode: 'Block' }],
  ])('can name %s', (_, props, spec) => {
    expect(claims({ mounts: [mount(props)] })).toMatchObject([{ spec }]);
  });

  it('appears as a device where it is a raw one, and as a folder elsewhere', () => {
    const device = { ...mount({ volumeMode: 'Block' }), path: '/dev/data' };
    const folder = { volume: new ClaimTemplate('log', { size: Size.gibibytes(1) }), path: '/log' };
    const container = containerOf(store({ mounts: [device, folder] }).pod, 'db');

    expect(container.volumeDevices).toEqual([{ name: 'data', devicePath: '/dev/data' }]);
    expect(container.volumeMounts).toEqual([{ name: 'log', mountPath: '/log' }]);
  });

  it.each([
    ['the same claim', mount()],
    ['an equal claim', undefined],
  ])('is one even if two containers mount %s', (_, shared) => {
    const sidecars = [{ name: 'backup', image: IMAGE, mounts: [shared ?? mount()] }];
    const rendering = store({ mounts: [shared ?? mount()], sidecars });

    expect(rendering.one('StatefulSet').spec.volumeClaimTemplates).toHaveLength(1);
    expect(volumeNames(rendering.pod)).toEqual([]);
    for (const name of ['db', 'backup']) {
      expect(rendering.container(name).volumeMounts).toEqual([{ name: 'data', mountPath: '/data' }]);
    }
  });

  it('is kept when the store is scaled in or deleted', () => {
    expect(
      store({ mounts: [mount()] }).one('StatefulSet').spec['persistentVolumeClaimRetentionPolicy'],
    ).toEqual({
      whenDeleted: 'Retain',
      whenScaled: 'Retain',
    });
  });

  it('is deleted only as far as told', () => {
    const { spec } = store({ mounts: [mount()], claimRetention: { whenScaled: 'Delete' } }).one(
      'StatefulSet',
    );

    expect(spec['persistentVolumeClaimRetentionPolicy']).toEqual({
      whenDeleted: 'Retain',
      whenScaled: 'Delete',
    });
  });

  it('leaves no trace where nothing is mounted', () => {
    const { spec } = store({ claimRetention: { whenDeleted: 'Delete' } }).one('StatefulSet');

    expect(spec).not.toHaveProperty('volumeClaimTemplates');
    expect(spec).not.toHaveProperty('persistentVolumeClaimRetentionPolicy');
  });
});
