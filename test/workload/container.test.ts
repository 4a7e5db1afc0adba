/** Tests of one container: its manifest, and the rules of its ports and resources. */
import fc from 'fast-check';
import { ContainerSecurity, PodVolume, Probe, type StatefulStoreProps } from '../../lib';
import { containerProblems, portsProblems, resolveContainer } from '../../lib/workload/container';
import { expectProblem, expectProblemAlone, refuseAt } from '../support/problems';
import { STORE, containerWith, storeWith } from '../support/stores';

describe('a container', () => {
  it('that says nothing about itself is restricted, and is not pulled again', () => {
    expect(containerWith({})).toEqual({
      name: 'db',
      image: STORE.image,
      imagePullPolicy: 'IfNotPresent',
      securityContext: {
        runAsNonRoot: true,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
  });

  it('that says everything has every field in its manifest', () => {
    const probe = Probe.tcp({ port: 5432 });
    const props: Partial<StatefulStoreProps> = {
      containerName: 'server',
      imagePullPolicy: 'Always',
      command: ['/bin/db'],
      args: ['--verbose'],
      workingDir: '/srv',
      env: { A: 'a' },
      ports: [
        { name: 'sql', port: 5432 },
        { name: 'gossip', port: 7946, protocol: 'UDP' },
      ],
      resources: { requests: { cpu: '500m' }, limits: { memory: '1Gi', 'example.com/npu': '8' } },
      probes: { startup: probe, liveness: probe, readiness: probe },
      lifecycle: { preStop: { exec: { command: ['sync'] } } },
      mounts: [{ volume: PodVolume.emptyDir('tmp'), path: '/tmp' }],
      security: ContainerSecurity.privileged('needs the node'),
    };

    expect(containerWith(props)).toEqual({
      name: 'server',
      image: STORE.image,
      imagePullPolicy: 'Always',
      command: ['/bin/db'],
      args: ['--verbose'],
      workingDir: '/srv',
      env: [{ name: 'A', value: 'a' }],
      ports: [
        { name: 'sql', containerPort: 5432, protocol: 'TCP' },
        { name: 'gossip', containerPort: 7946, protocol: 'UDP' },
      ],
      resources: { requests: { cpu: '500m' }, limits: { memory: '1Gi', 'example.com/npu': '8' } },
      startupProbe: { tcpSocket: { port: 5432 } },
      livenessProbe: { tcpSocket: { port: 5432 } },
      readinessProbe: { tcpSocket: { port: 5432 } },
      lifecycle: { preStop: { exec: { command: ['sync'] } } },
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
      securityContext: { privileged: true },
    });
  });

  it('has no empty lists, which the API server would drop', () => {
    const props: Partial<StatefulStoreProps> = { env: {}, ports: [], mounts: [] };

    expect(containerWith({ ...props, resources: { requests: {}, limits: {} } })).toEqual(containerWith({}));
  });
});

describe('ports', () => {
  const http = { name: 'http', port: 8080 };

  it('may share a number over different protocols', () => {
    const ports = (['TCP', 'UDP', 'SCTP'] as const).map((protocol, index) => ({
      name: `dns-${index}`,
      port: 53,
      protocol,
    }));

    expect(portsProblems(ports)).toEqual([]);
  });

  it.each([
    ['a name twice', [http, { name: 'http', port: 8081 }], 'ports', 'http', /do not share a name/],
    ['a number twice', [http, { name: 'web', port: 8080 }], 'ports', '8080/TCP', /do not share a number/],
    [
      'a number twice, once with the default protocol said',
      [http, { name: 'web', port: 8080, protocol: 'TCP' as const }],
      'ports',
      '8080/TCP',
      /do not share a number/,
    ],
    ['a number that is none', [http, { name: 'web', port: 0 }], 'ports[1].port', 0, /1 to 65535/],
    ['a name of digits', [http, { name: '80', port: 80 }], 'ports[1].name', '80', /one of them a letter/],
  ])('are refused with %s', (_, ports, property, value, rule) => {
    expectProblemAlone(() => storeWith({ ports }), { property, value, rule });
  });

  it('are reported each time that they repeat another', () => {
    const names = ['a', 'a', 'a'].map((name, index) => ({ name, port: index + 1 }));

    expect(portsProblems(names).map(({ value }) => value)).toEqual(['a', 'a']);
  });
});

describe('resources', () => {
  const NOT_MORE = /a request is at most the limit/;

  it.each<[string, StatefulStoreProps['resources']]>([
    ['requests only', { requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' } }],
    ['limits only', { limits: { cpu: '1', 'hugepages-2Mi': '1Gi', 'example.com/npu': '1' } }],
    ['requests below limits', { requests: { cpu: '999m' }, limits: { cpu: '1' } }],
    ['requests that equal limits', { requests: { memory: '1024Mi' }, limits: { memory: '1Gi' } }],
    ['a limit on something else', { requests: { cpu: '1' }, limits: { memory: '1Gi' } }],
    ['equal huge pages', { requests: { 'hugepages-1Gi': '2Gi' }, limits: { 'hugepages-1Gi': '2048Mi' } }],
    ['equal devices', { requests: { 'example.com/npu': '8' }, limits: { 'example.com/npu': '8' } }],
  ])('may be %s', (_, resources) => {
    expect(storeWith({ ...(resources && { resources }) }).name).toBe('db');
  });

  it.each<[string, StatefulStoreProps['resources'], string, string, RegExp]>([
    [
      'more CPU than the limit',
      { requests: { cpu: '1.1' }, limits: { cpu: '1000m' } },
      'requests.cpu',
      '1.1',
      NOT_MORE,
    ],
    [
      'more memory than the limit, in another unit',
      { requests: { memory: '1Gi' }, limits: { memory: '1G' } },
      'requests.memory',
      '1Gi',
      NOT_MORE,
    ],
    [
      'more huge pages than the limit',
      { requests: { 'hugepages-2Mi': '2Gi' }, limits: { 'hugepages-2Mi': '1Gi' } },
      'requests.hugepages-2Mi',
      '2Gi',
      NOT_MORE,
    ],
    [
      'fewer huge pages than the limit',
      { requests: { 'hugepages-2Mi': '1Gi' }, limits: { 'hugepages-2Mi': '2Gi' } },
      'requests.hugepages-2Mi',
      '1Gi',
      /hugepages-2Mi is not overcommitted: request equals limit/,
    ],
    [
      'fewer devices than the limit',
      { requests: { 'example.com/npu': '1' }, limits: { 'example.com/npu': '2' } },
      'requests["example.com/npu"]',
      '1',
      /example\.com\/npu is not overcommitted/,
    ],
    [
      'huge pages without a limit',
      { requests: { 'hugepages-2Mi': '1Gi' } },
      'requests.hugepages-2Mi',
      '1Gi',
      /hugepages-2Mi is not overcommitted: a request has a limit/,
    ],
    [
      'devices without a limit',
      { requests: { 'example.com/npu': '1' }, limits: { cpu: '1' } },
      'requests["example.com/npu"]',
      '1',
      /a request has a limit/,
    ],
    ['a request in no unit', { requests: { memory: '2 GB' } }, 'requests.memory', '2 GB', /quantity/],
    ['a limit in no unit', { limits: { memory: 'lots' } }, 'limits.memory', 'lots', /quantity/],
    ['less than nothing', { limits: { cpu: '-1' } }, 'limits.cpu', '-1', /not negative/],
    [
      'a request that cannot be compared',
      { requests: { cpu: 'one' }, limits: { cpu: '1' } },
      'requests.cpu',
      'one',
      /quantity/,
    ],
  ])('may not be %s', (_, resources, property, value, rule) => {
    expectProblemAlone(() => storeWith({ ...(resources && { resources }) }), {
      property: `resources.${property}`,
      value,
      rule,
    });
  });

  it('of a sidecar are named with its place', () => {
    const sidecar = { name: 'log', image: 'log:1', resources: { limits: { cpu: 'x' } } };

    expectProblemAlone(() => storeWith({ sidecars: [sidecar] }), {
      property: 'sidecars.log.resources.limits.cpu',
      value: 'x',
      rule: /quantity/,
    });
  });

  it('are refused exactly if a request is above its limit, whatever the units', () => {
    const bytes = fc.constantFrom<[string, number]>(
      ['', 1],
      ['k', 1e3],
      ['Ki', 1024],
      ['M', 1e6],
      ['Mi', 2 ** 20],
    );
    fc.assert(
      fc.property(fc.nat(2000), bytes, fc.nat(2000), bytes, (a, [unitA, byA], b, [unitB, byB]) => {
        const resources = { requests: { memory: `${a}${unitA}` }, limits: { memory: `${b}${unitB}` } };
        const problems = containerProblems(resolveContainer({ name: 'db', image: 'db:1', resources }));
        const refused = a * byA > b * byB ? [['resources', 'requests', 'memory']] : [];
        expect(problems.map(({ path }) => path)).toEqual(refused);
      }),
    );
  });
});

describe('names and images', () => {
  it('of all containers of a pod are checked, each at its name', () => {
    const bad = { name: 'Bad', image: 'bad' };
    const places = ['initContainers.Bad.', 'sidecars.Bad.', 'sidecars.Worse.'];

    for (const place of places) {
      const build = (): unknown =>
        storeWith({ initContainers: [bad], sidecars: [bad, { ...bad, name: 'Worse' }] });
      expectProblem(build, { property: `${place}name`, rule: /a DNS label/ });
      expectProblem(build, { property: `${place}image`, value: 'bad', rule: /a tag or a digest/ });
    }
  });

  it('are reported by a function that needs no construct', () => {
    expectProblemAlone(
      () => {
        refuseAt('here', portsProblems([{ name: 'a', port: -1 }]));
      },
      { property: 'here[0].port', value: -1, rule: /1 to 65535/ },
    );
  });
});
