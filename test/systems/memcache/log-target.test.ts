/** Where the log goes: to standard output by a sidecar, to a folder of the node, or to a claim. */
import { Size } from 'cdk8s';
import { ClaimTemplate, LogTarget } from '../../../lib';
import { META, meta } from '../../support/memcache';
import { expectProblemAlone, refusalOf } from '../../support/problems';
import { type Rendering, mountsOf, volumeOf } from '../../support/workloads';

const FOLDER = '/var/log/memcache';

function program(rendering: Rendering) {
  return rendering.container('meta-service');
}

function sidecars(rendering: Rendering): string[] {
  return rendering.pod.spec.initContainers?.map(({ name }) => name) ?? [];
}

it.each([
  ['standard output', LogTarget.stdout()],
  ['the host', LogTarget.hostPath()],
  ['a claim', LogTarget.claim(new ClaimTemplate('log', { size: Size.gibibytes(1) }))],
])('the program writes to the folder that it is told, whatever the target: %s', (_, logs) => {
  const rendering = meta({ logs });
  const { data } = rendering.one('ConfigMap', 'meta-service-config');

  expect(data['mmc-meta.conf']).toContain(`ock.mmc.log_path = ${FOLDER}\n`);
  expect(mountsOf(program(rendering))).toMatchObject({ [FOLDER]: 'log' });
});

describe('standard output', () => {
  it('is the default', () => {
    expect(meta().objects).toEqual(meta({ logs: LogTarget.stdout() }).objects);
  });

  it('is where a sidecar after the elector prints the log of the program', () => {
    const rendering = meta();

    expect(sidecars(rendering)).toEqual(['render-config', 'elector', 'log']);
    expect(rendering.container('log')).toMatchObject({
      image: META.image,
      restartPolicy: 'Always',
      command: ['/bin/sh', '/opt/memcache-ha/follow-log.sh', `${FOLDER}/logs/mmc-meta.log`],
      volumeMounts: [
        { name: 'log', mountPath: FOLDER, readOnly: true },
        { name: 'files', mountPath: '/opt/memcache-ha', readOnly: true },
      ],
    });
    expect(rendering.one('ConfigMap', 'meta-service-config').data).toHaveProperty(['follow-log.sh']);
  });

  it.each([
    ['2 GiB by default', LogTarget.stdout(), '2Gi'],
    ['what is set', LogTarget.stdout(Size.mebibytes(100)), '100Mi'],
  ])('keeps no more than %s', (_, logs, sizeLimit) => {
    expect(volumeOf(meta({ logs }).pod, 'log')).toEqual({ emptyDir: { sizeLimit } });
  });
});

describe('a folder of the node', () => {
  it.each([
    ['its usual place', LogTarget.hostPath(), FOLDER],
    ['another one', LogTarget.hostPath('/data/logs'), '/data/logs'],
  ])('is %s, with one below it for each pod', (_, logs, path) => {
    const rendering = meta({ logs });

    expect(volumeOf(rendering.pod, 'log')).toEqual({ hostPath: { path, type: 'DirectoryOrCreate' } });
    expect(program(rendering).volumeMounts).toContainEqual({
      name: 'log',
      mountPath: FOLDER,
      subPathExpr: '$(POD_NAME)',
    });
    expect(program(rendering).env).toContainEqual({
      name: 'POD_NAME',
      valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
    });
  });

  it('needs no sidecar, nor its script', () => {
    const rendering = meta({ logs: LogTarget.hostPath() });

    expect(sidecars(rendering)).toEqual(['render-config', 'elector']);
    expect(rendering.one('ConfigMap', 'meta-service-config').data).not.toHaveProperty(['follow-log.sh']);
  });

  it('is absolute', () => {
    expectProblemAlone(() => LogTarget.hostPath('var/log'), { property: 'path', rule: /absolute/ });
    expect(refusalOf(() => LogTarget.hostPath('../log')).subject).toBe('LogTarget.hostPath');
  });
});

it('a claim of each pod holds the log alone', () => {
  const rendering = meta({ logs: LogTarget.claim(new ClaimTemplate('log', { size: Size.gibibytes(1) })) });

  expect(rendering.one('StatefulSet').spec.volumeClaimTemplates).toMatchObject([
    { metadata: { name: 'log' }, spec: { resources: { requests: { storage: '1Gi' } } } },
  ]);
  expect(volumeOf(rendering.pod, 'log')).toBeUndefined();
  expect(sidecars(rendering)).toEqual(['render-config', 'elector']);
});
