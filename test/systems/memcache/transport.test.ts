/** Transports: the protocol that clients are told, and what each needs of the node. */
import { AscendNpu, Transport } from '../../../lib';
import { expectProblem, expectProblemAlone, refusalOf } from '../../support/problems';

const HOST_NPU = AscendNpu.hostDevices({ count: 1 });
const PLUGIN_NPU = AscendNpu.devicePlugin({ resource: 'huawei.com/Ascend910', count: 1 });

describe.each([
  ['host_tcp', Transport.hostTcp(), false, false],
  ['host_shm', Transport.hostShm(), false, false],
  ['host_rdma', Transport.hostRdma(), false, true],
  ['host_urma', Transport.hostUrma(), false, true],
  ['device_rdma', Transport.deviceRdma(), true, true],
  ['device_sdma', Transport.deviceSdma(), true, true],
])('%s', (protocol, transport, needsNpu, privileged) => {
  it('tells clients its name, and whether it needs NPUs', () => {
    expect(transport.protocol).toBe(protocol);
    expect(transport.needsNpu).toBe(needsNpu);
  });

  it(`needs ${privileged ? 'all rights' : 'no right'} where the devices are the host's`, () => {
    expect(transport.securityWith(HOST_NPU)?.isPrivileged ?? false).toBe(privileged);
  });

  it('needs no rights for what the device plugin hands out', () => {
    expect(transport.securityWith(PLUGIN_NPU)?.isPrivileged ?? false).toBe(privileged && !needsNpu);
  });

  it('mounts the memory of the node only to share it', () => {
    const paths = transport.mounts.map(({ path }) => path);

    expect(paths).toEqual(protocol === 'host_shm' ? ['/dev/shm'] : []);
    expect(transport.resources).toEqual({});
  });
});

describe('RDMA over the card of the host', () => {
  it('says why it needs all rights', () => {
    expect(Transport.hostRdma().securityWith(undefined)?.privilegedBecause).toBe(
      'host_rdma opens RDMA devices that no device plugin hands out',
    );
  });

  it('may pin memory, and no more, where a device plugin hands the card out', () => {
    const transport = Transport.hostRdma({ resource: { name: 'rdma/hca' } });

    expect(transport.securityWith(undefined)?.toKube()).toMatchObject({
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      capabilities: { add: ['IPC_LOCK'] },
    });
    expect(transport.securityWith(undefined)?.privilegedBecause).toBeUndefined();
  });

  it.each([
    [{ name: 'rdma/hca' }, { 'rdma/hca': '1' }],
    [{ name: 'rdma/hca', count: 2 }, { 'rdma/hca': '2' }],
  ])('asks for the card as %j', (resource, resources) => {
    expect(Transport.hostRdma({ resource }).resources).toEqual(resources);
  });

  it.each(['eth1', 'enp97s0f0np0', 'bond0.100', 'a'.repeat(15)])('knows the interface %s', (name) => {
    expect(Transport.hostRdma({ interface: name }).networkInterface).toBe(name);
  });

  it.each(['', 'a'.repeat(16), 'eth 1', 'eth1;reboot'])('refuses the interface %j', (name) => {
    expectProblemAlone(() => Transport.hostRdma({ interface: name }), {
      property: 'interface',
      rule: /up to 15 letters/,
    });
  });

  it.each([
    ['no card', { name: 'rdma/hca', count: 0 }, 'resource.count', /at least 1/],
    ['half a card', { name: 'rdma/hca', count: 0.5 }, 'resource.count', /at least 1/],
    ['a card of no domain', { name: 'hca' }, 'resource.name', /DOMAIN\/NAME/],
  ])('refuses %s', (_, resource, property, rule) => {
    expectProblem(() => Transport.hostRdma({ resource }), { property, rule });
  });

  it('tells all that is wrong at once', () => {
    const { subject, problems } = refusalOf(() =>
      Transport.hostRdma({ interface: '', resource: { name: '', count: 0 } }),
    );

    expect(subject).toBe('Transport.hostRdma');
    expect(problems.map(({ property }) => property)).toEqual([
      'interface',
      'resource.name',
      'resource.count',
    ]);
  });
});

describe('RDMA between NPUs', () => {
  it('needs no rights before it has NPUs', () => {
    expect(Transport.deviceRdma().securityWith(undefined)).toBeUndefined();
  });

  it('says why it needs all rights', () => {
    expect(Transport.deviceRdma().securityWith(HOST_NPU)?.privilegedBecause).toBe(
      'device_rdma opens NPU devices that no device plugin hands out',
    );
  });
});
