/** NPUs of a node: devices and software by mount, or by the device plugin's resource. */
import { AscendNpu, MetaServiceHA } from '../../../lib';
import { META, addFleet, fleet, meta } from '../../support/memcache';
import { expectProblemAlone, refusalOf } from '../../support/problems';
import { chart, envOf, mountsOf, volumeOf } from '../../support/workloads';

describe('NPUs from the host', () => {
  const npu = AscendNpu.hostDevices({ count: 2 });

  it('are the numbered devices, those that all share, and the software, which is read only', () => {
    const mounts = npu.mounts.map(({ path, readOnly = false }) => [path, readOnly]);

    expect(Object.fromEntries(mounts)).toEqual({
      '/dev/davinci0': false,
      '/dev/davinci1': false,
      '/dev/davinci_manager': false,
      '/dev/devmm_svm': false,
      '/dev/hisi_hdc': false,
      '/usr/local/Ascend': true,
      '/usr/local/Ascend/driver': true,
      '/usr/local/Ascend/firmware': true,
      '/usr/local/bin/npu-smi': true,
    });
    expect(npu.resources).toEqual({});
  });

  it.each([
    ['davinci1', '/dev/davinci1', 'CharDevice'],
    ['davinci-manager', '/dev/davinci_manager', 'CharDevice'],
    ['devmm-svm', '/dev/devmm_svm', 'CharDevice'],
    ['hisi-hdc', '/dev/hisi_hdc', 'CharDevice'],
    ['ascend', '/usr/local/Ascend', 'Directory'],
    ['ascend-driver', '/usr/local/Ascend/driver', 'Directory'],
    ['ascend-firmware', '/usr/local/Ascend/firmware', 'Directory'],
    ['npu-smi', '/usr/local/bin/npu-smi', 'File'],
  ])('mount %s from %s, which must be a %s', (volume, path, type) => {
    const { pod, container } = podOf(npu);

    expect(volumeOf(pod, volume)).toEqual({ hostPath: { path, type } });
    expect(mountsOf(container)).toMatchObject({ [path]: volume });
  });

  it.each([1, 8, 64])('are as many as there are: %d', (count) => {
    const devices = AscendNpu.hostDevices({ count }).mounts.filter(({ path }) => /davinci\d/.test(path));

    expect(devices).toHaveLength(count);
    expect(devices.at(-1)?.path).toBe(`/dev/davinci${count - 1}`);
  });

  it('can have their software elsewhere, and the program is told where', () => {
    const { pod, container } = podOf(
      AscendNpu.hostDevices({ count: 1, ascend: '/opt/Ascend', npuSmi: '/opt/bin/npu-smi' }),
    );

    expect(volumeOf(pod, 'ascend-driver')).toEqual({
      hostPath: { path: '/opt/Ascend/driver', type: 'Directory' },
    });
    expect(volumeOf(pod, 'npu-smi')).toEqual({ hostPath: { path: '/opt/bin/npu-smi', type: 'File' } });
    expect(envOf(container)).toMatchObject({ ASCEND_HOME: '/opt/Ascend' });
    expect(envOf(podOf(npu).container)).not.toHaveProperty('ASCEND_HOME');
  });

  it('need a namespace that admits mounts of the host', () => {
    expect(meta({ npu }).one('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe(
      'privileged',
    );
  });

  it.each([0, -1, 1.5, 65, NaN])('are not %d', (count) => {
    expectProblemAlone(() => AscendNpu.hostDevices({ count }), { property: 'count', rule: /from 1 to 64/ });
  });

  it.each(['ascend', 'npuSmi'])('refuse a path that is not absolute: %s', (property) => {
    const build = () => AscendNpu.hostDevices({ count: 1, [property]: 'usr/local' });

    expectProblemAlone(build, { property, rule: /absolute/ });
    expect(refusalOf(build).subject).toBe('AscendNpu.hostDevices');
  });
});

describe('NPUs from the device plugin', () => {
  const npu = AscendNpu.devicePlugin({ resource: 'huawei.com/Ascend910', count: 4 });

  it('are a resource, requested and limited alike, and no mounts', () => {
    const { resources } = podOf(npu).container;

    expect(npu.mounts).toEqual([]);
    expect(resources?.requests).toMatchObject({ 'huawei.com/Ascend910': '4' });
    expect(resources?.limits).toMatchObject({ 'huawei.com/Ascend910': '4' });
  });

  it('leave the namespace as strict as it was', () => {
    expect(meta({ npu }).one('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe(
      'restricted',
    );
  });

  it.each([0, -1, 0.5])('are not %d', (count) => {
    const build = () => AscendNpu.devicePlugin({ resource: 'huawei.com/Ascend910', count });

    expectProblemAlone(build, { property: 'count', rule: /at least 1/ });
  });

  it.each(['a', 'a'.repeat(63), 'Ascend910', 'npu-1_b.c'])('can be called %s', (name) => {
    expect(AscendNpu.devicePlugin({ resource: `huawei.com/${name}`, count: 1 }).resources).toEqual({
      [`huawei.com/${name}`]: '1',
    });
  });

  it.each([
    'Ascend910',
    'huawei.com/',
    '/Ascend910',
    'Huawei.com/Ascend910',
    'huawei.com/Ascend 910',
    `huawei.com/${'a'.repeat(64)}`,
    `${'a'.repeat(254)}/npu`,
  ])('are not called %s', (resource) => {
    expectProblemAlone(() => AscendNpu.devicePlugin({ resource, count: 1 }), {
      property: 'resource',
      rule: /DOMAIN\/NAME/,
    });
  });

  it('tell all that is wrong at once', () => {
    const { subject, problems } = refusalOf(() => AscendNpu.devicePlugin({ resource: '', count: 0 }));

    expect(subject).toBe('AscendNpu.devicePlugin');
    expect(problems.map(({ property }) => property)).toEqual(['resource', 'count']);
  });
});

it('refuses the same device under two volumes of a pod', () => {
  const hostDevices = AscendNpu.hostDevices({ count: 1, npuSmi: '/dev/davinci0' });

  const problem = { property: 'npu', rule: /mounts one volume at a path/ };
  expectProblemAlone(() => addFleet(chart(), { npu: hostDevices }), problem);
  expectProblemAlone(() => new MetaServiceHA(chart(), 'meta', { ...META, npu: hostDevices }), problem);
});

function podOf(npu: AscendNpu) {
  const rendering = fleet({ npu });
  const pod = rendering.one('StatefulSet', 'local-service-pod').spec.template;
  const [container] = pod.spec.containers;
  return { pod, container };
}
