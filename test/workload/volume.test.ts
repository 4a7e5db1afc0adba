/** Tests of volumes and of where containers mount them. */
import { Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { ClaimTemplate, ConfigFiles, ContainerSecurity, type Mount, PodVolume } from '../../lib';
import { expectProblem, expectProblemAlone } from '../support/problems';
import { containerWith, storeWith, templateWith } from '../support/stores';

const TMP = PodVolume.emptyDir('tmp');

/** What a pod's volume looks like when it is mounted. */
function rendered(volume: PodVolume): unknown {
  return templateWith({ mounts: [{ volume, path: '/v' }] }).spec.volumes;
}

describe('a volume', () => {
  it.each<[string, PodVolume, object]>([
    ['an empty folder', TMP, { emptyDir: {} }],
    ['memory', PodVolume.emptyDir('tmp', { medium: 'Memory' }), { emptyDir: { medium: 'Memory' } }],
    [
      'memory with a limit',
      PodVolume.emptyDir('tmp', { medium: 'Memory', sizeLimit: Size.gibibytes(1.5) }),
      { emptyDir: { medium: 'Memory', sizeLimit: '1536Mi' } },
    ],
    ['huge pages', PodVolume.emptyDir('tmp', { pageSize: '2Mi' }), { emptyDir: { medium: 'HugePages-2Mi' } }],
    [
      'a device of the node',
      PodVolume.hostPath('tmp', '/dev/npu0', 'CharDevice'),
      { hostPath: { path: '/dev/npu0', type: 'CharDevice' } },
    ],
    ['a Secret', PodVolume.secret('tmp', 'tls'), { secret: { secretName: 'tls', defaultMode: 0o440 } }],
    [
      'keys of a Secret',
      PodVolume.secret('tmp', 'tls', { mode: 0o400, items: { 'tls.key': 'key.pem' } }),
      { secret: { secretName: 'tls', defaultMode: 0o400, items: [{ key: 'tls.key', path: 'key.pem' }] } },
    ],
    ['a claim', PodVolume.claim('tmp', 'shared'), { persistentVolumeClaim: { claimName: 'shared' } }],
    [
      'anything else',
      PodVolume.of('tmp', {
        downwardApi: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] },
      }),
      { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
    ],
    [
      'a folder given as the API has it',
      PodVolume.of('tmp', { emptyDir: { sizeLimit: k8s.Quantity.fromString('1Gi') } }),
      { emptyDir: { sizeLimit: '1Gi' } },
    ],
  ])('may be %s', (_, volume, source) => {
    expect(rendered(volume)).toEqual([{ name: 'tmp', ...source }]);
  });

  it('is in the pod once, however many containers mount it, in the order of the mounts', () => {
    const [a, b] = [PodVolume.emptyDir('a'), PodVolume.emptyDir('b')];
    const { spec } = templateWith({
      initContainers: [{ name: 'init', image: 'init:1', mounts: [{ volume: b, path: '/b' }] }],
      mounts: [
        { volume: a, path: '/a' },
        { volume: b, path: '/b' },
        { volume: b, path: '/b/again', subPath: 'again' },
      ],
    });

    expect(spec.volumes).toEqual([
      { name: 'b', emptyDir: {} },
      { name: 'a', emptyDir: {} },
    ]);
  });

  it('is in no pod that does not mount it', () => {
    expect(templateWith({}).spec.volumes).toBeUndefined();
  });
});

describe('a mount', () => {
  it('has every field in its manifest', () => {
    const data = new ClaimTemplate('data', { size: Size.gibibytes(1) });
    const mounts: Mount[] = [
      { volume: TMP, path: '/tmp' },
      { volume: data, path: '/data', readOnly: true, subPath: 'db', propagation: 'HostToContainer' },
      { volume: data, path: '/log', subPathExpr: '$(POD_NAME)', propagation: 'None' },
    ];

    expect(containerWith({ mounts })).toHaveProperty('volumeMounts', [
      { name: 'tmp', mountPath: '/tmp' },
      {
        name: 'data',
        mountPath: '/data',
        readOnly: true,
        subPath: 'db',
        mountPropagation: 'HostToContainer',
      },
      { name: 'data', mountPath: '/log', subPathExpr: '$(POD_NAME)', mountPropagation: 'None' },
    ]);
  });

  it('of a raw device is no folder', () => {
    const volume = new ClaimTemplate('raw', { size: Size.gibibytes(1), volumeMode: 'Block' });
    const container = containerWith({ mounts: [{ volume, path: '/dev/data' }] });

    expect(container).toHaveProperty('volumeDevices', [{ name: 'raw', devicePath: '/dev/data' }]);
    expect(container).not.toHaveProperty('volumeMounts');
  });

  it('may pass its own mounts on to the host from a privileged container', () => {
    const mount: Mount = { volume: TMP, path: '/tmp', propagation: 'Bidirectional' };
    const security = ContainerSecurity.privileged('mounts for others');

    expect(containerWith({ mounts: [mount], security })).toHaveProperty(
      ['volumeMounts', 0, 'mountPropagation'],
      'Bidirectional',
    );
  });

  it.each([undefined, ContainerSecurity.root({ capabilities: ['SYS_ADMIN'] })])(
    'may not pass its own mounts on to the host from a container without that privilege: %#',
    (security) => {
      const mount: Mount = { volume: TMP, path: '/tmp', propagation: 'Bidirectional' };

      expectProblemAlone(() => storeWith({ mounts: [mount], ...(security && { security }) }), {
        property: 'mounts[0].propagation',
        value: 'Bidirectional',
        rule: /only a privileged container/,
        remedy: /HostToContainer/,
      });
    },
  );

  it.each<[string, Mount, string, unknown, RegExp]>([
    ['a relative path', { volume: TMP, path: 'tmp' }, 'mounts[0].path', 'tmp', /absolute/],
    ['a path with a colon', { volume: TMP, path: '/a:b' }, 'mounts[0].path', '/a:b', /without ':'/],
    [
      'a volume whose name is no label',
      { volume: PodVolume.emptyDir('My_Tmp'), path: '/tmp' },
      'volumes.My_Tmp.name',
      'My_Tmp',
      /a DNS label/,
    ],
    [
      'two ways to name a folder in it',
      { volume: TMP, path: '/tmp', subPath: 'a', subPathExpr: '$(B)' },
      'mounts[0].subPathExpr',
      '$(B)',
      /not both/,
    ],
  ])('may not have %s', (_, mount, property, value, rule) => {
    expectProblemAlone(() => storeWith({ mounts: [mount] }), { property, value, rule });
  });

  it.each([
    ['folders', PodVolume.emptyDir('other')],
    ['a folder and a device', new ClaimTemplate('other', { size: Size.gibibytes(1), volumeMode: 'Block' })],
  ])('may not be at the path of another one: %s', (_, other) => {
    const mounts: Mount[] = [
      { volume: TMP, path: '/tmp' },
      { volume: other, path: '/tmp' },
    ];

    expectProblemAlone(() => storeWith({ mounts }), {
      property: 'mounts',
      value: '/tmp',
      rule: /one volume at a path/,
    });
  });

  it('may be at the same path in another container', () => {
    const mounts: Mount[] = [{ volume: TMP, path: '/tmp' }];

    expect(storeWith({ mounts, sidecars: [{ name: 'log', image: 'log:1', mounts }] }).name).toBe('db');
  });

  it('of a sidecar is refused with the place of the sidecar', () => {
    const mounts: Mount[] = [{ volume: TMP, path: '/tmp', propagation: 'Bidirectional' }];
    const security = ContainerSecurity.privileged('only the main container is');

    expectProblemAlone(() => storeWith({ security, sidecars: [{ name: 'log', image: 'log:1', mounts }] }), {
      property: 'sidecars.log.mounts[0].propagation',
      rule: /only a privileged container/,
    });
  });
});

describe('a volume that only another container mounts', () => {
  const mounts: Mount[] = [
    { volume: PodVolume.emptyDir('Tmp'), path: '/tmp' },
    { volume: new ClaimTemplate('data', { size: Size.gibibytes(0) }), path: '/data' },
  ];

  it.each(['sidecars', 'initContainers'])('is told what is wrong with it, of %s', (kind) => {
    const build = () => storeWith({ [kind]: [{ name: 'other', image: 'other:1', mounts }] });

    expectProblem(build, { property: 'volumes.Tmp.name', rule: /a DNS label/ });
    expectProblem(build, { property: 'volumes.data.size', rule: /has a size/ });
  });
});

describe('two volumes of one name', () => {
  const SHARED = /two different volumes of a pod do not share a name/;

  it.each([
    ['other sources', PodVolume.hostPath('tmp', '/tmp', 'Directory')],
    ['other limits', PodVolume.emptyDir('tmp', { sizeLimit: Size.gibibytes(1) })],
    ['a claim and a volume', new ClaimTemplate('tmp', { size: Size.gibibytes(1) })],
  ])('are refused with %s, in one container or in two', (_, other) => {
    const mounts: Mount[] = [{ volume: TMP, path: '/a' }];
    const others: Mount[] = [{ volume: other, path: '/b' }];
    const problem = { property: 'volumes', value: 'tmp', rule: SHARED };

    expectProblem(() => storeWith({ mounts: [...mounts, ...others] }), problem);
    expectProblem(
      () => storeWith({ mounts, initContainers: [{ name: 'init', image: 'init:1', mounts: others }] }),
      problem,
    );
  });

  it('are told all that is wrong with each', () => {
    const claim = new ClaimTemplate('data', { size: Size.gibibytes(0) });
    const files = new ConfigFiles('data', { configMapName: 'Bad_', files: {} });
    const build = () =>
      storeWith({
        mounts: [
          { volume: claim, path: '/a' },
          { volume: files, path: '/b' },
        ],
      });

    expectProblem(build, { property: 'volumes.data.size', rule: /has a size/ });
    expectProblem(build, { property: 'volumes.data.configMapName', rule: /DNS labels/ });
    expectProblem(build, { property: 'volumes', rule: SHARED });
  });

  it('are one volume if they are made alike', () => {
    const alike = (): PodVolume => PodVolume.emptyDir('tmp', { sizeLimit: Size.gibibytes(1) });
    const { spec } = templateWith({
      mounts: [
        { volume: alike(), path: '/a' },
        { volume: alike(), path: '/b' },
      ],
    });

    expect(spec.volumes).toEqual([{ name: 'tmp', emptyDir: { sizeLimit: '1Gi' } }]);
  });
});
