/** Tests of the pod template that all workloads share: its manifest, and the rules that span its containers. */
import { Duration } from 'cdk8s';
import { type ContainerProps, ContainerSecurity, Probe, type StatefulStoreProps } from '../../lib';
import { resolvePod, toPodTemplate } from '../../lib/workload/pod';
import { RELEASES, schemaProblems } from '../support/kubernetes-schema';
import { expectProblem, expectProblemAlone } from '../support/problems';
import { renderedWith, storeWith, templateWith } from '../support/stores';

const init: ContainerProps = { name: 'init', image: 'init:1' };
const log: ContainerProps = { name: 'log', image: 'log:1' };
const metrics: ContainerProps = { name: 'metrics', image: 'metrics:1' };

const EVERYTHING: Partial<StatefulStoreProps> = {
  initContainers: [init],
  sidecars: [log],
  hostNetwork: true,
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'npu', operator: 'Exists', effect: 'NoSchedule' }],
  priorityClassName: 'high',
  imagePullSecrets: ['registry', 'mirror.example'],
  runtimeClassName: 'gvisor',
  terminationGracePeriod: Duration.minutes(2),
  serviceAccountName: 'db',
  automountServiceAccountToken: true,
  fsGroup: 1000,
  fsGroupChangePolicy: 'Always',
  supplementalGroups: [44],
  sysctls: { 'net.core.somaxconn': '1024' },
  shareProcessNamespace: true,
  podAnnotations: { note: 'text' },
  podLabels: { tier: 'data' },
};

function containerNames({ spec }: ReturnType<typeof templateWith>): unknown[][] {
  return [spec.initContainers ?? [], spec.containers].map((list) => list.map(({ name }) => name));
}

describe('a pod', () => {
  it('that says nothing about itself has half a minute to stop, and no token', () => {
    const { metadata, spec } = templateWith({ spread: { host: 'none', zone: 'none' } });

    expect(spec).toEqual({
      containers: [expect.objectContaining({ name: 'db' })],
      terminationGracePeriodSeconds: 30,
      automountServiceAccountToken: false,
    });
    expect(metadata).not.toHaveProperty('annotations');
  });

  it('that says everything has every field in its manifest', () => {
    const { metadata, spec } = templateWith(EVERYTHING);

    expect(spec).toMatchObject({
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'npu', operator: 'Exists', effect: 'NoSchedule' }],
      priorityClassName: 'high',
      imagePullSecrets: [{ name: 'registry' }, { name: 'mirror.example' }],
      runtimeClassName: 'gvisor',
      terminationGracePeriodSeconds: 120,
      serviceAccountName: 'db',
      automountServiceAccountToken: true,
      shareProcessNamespace: true,
      securityContext: {
        fsGroup: 1000,
        fsGroupChangePolicy: 'Always',
        supplementalGroups: [44],
        sysctls: [{ name: 'net.core.somaxconn', value: '1024' }],
      },
    });
    expect(metadata).toMatchObject({ annotations: { note: 'text' }, labels: { tier: 'data' } });
  });

  it.each(RELEASES)('that says everything is accepted by Kubernetes %s', (release) => {
    expect(schemaProblems(renderedWith(EVERYTHING).one('StatefulSet'), release)).toEqual([]);
  });

  it.each<[string, Partial<StatefulStoreProps>, object | undefined]>([
    ['a group', { fsGroup: 0 }, { fsGroup: 0, fsGroupChangePolicy: 'OnRootMismatch' }],
    ['groups', { supplementalGroups: [1, 2] }, { supplementalGroups: [1, 2] }],
    ['a policy without a group', { fsGroupChangePolicy: 'Always' }, undefined],
  ])('is given %s as its security context', (_, props, context) => {
    expect(templateWith(props).spec['securityContext']).toEqual(context);
  });

  it('resolves the names of the cluster on the network of its node', () => {
    expect(templateWith({ hostNetwork: true }).spec).toMatchObject({
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
    });
    const { spec } = templateWith({ hostNetwork: false });
    expect(spec).not.toHaveProperty('hostNetwork');
    expect(spec).not.toHaveProperty('dnsPolicy');
  });
});

describe('the containers of a pod', () => {
  it('are init containers, then sidecars, then the main one', () => {
    const props = { initContainers: [init, { ...init, name: 'init-2' }], sidecars: [log, metrics] };

    expect(containerNames(templateWith(props))).toEqual([['init', 'init-2', 'log', 'metrics'], ['db']]);
  });

  it('are sidecars by restarting, and nothing else does', () => {
    const { spec } = templateWith({ initContainers: [init], sidecars: [log, metrics] });

    expect(spec.initContainers?.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
      ['init', undefined],
      ['log', 'Always'],
      ['metrics', 'Always'],
    ]);
    expect(spec.containers[0]).not.toHaveProperty('restartPolicy');
    expect(spec).not.toHaveProperty('restartPolicy');
  });

  it('leave to the workload what the bindings do not know', () => {
    const pod = resolvePod({ name: 'db', image: 'db:1', initContainers: [init], sidecars: [log, metrics] });

    expect(toPodTemplate(pod, { labels: {}, selector: {} }).newerFields).toEqual([
      { path: '/spec/template/spec/initContainers/1/restartPolicy', value: 'Always' },
      { path: '/spec/template/spec/initContainers/2/restartPolicy', value: 'Always' },
    ]);
  });

  it.each<[string, Partial<StatefulStoreProps>, string, string]>([
    ['a sidecar and the main one', { sidecars: [{ ...log, name: 'db' }] }, 'sidecars.db.name', 'db'],
    [
      'an init container and a sidecar',
      { initContainers: [init], sidecars: [{ ...log, name: 'init' }] },
      'sidecars.init.name',
      'init',
    ],
    ['two init containers', { initContainers: [init, init] }, 'initContainers.init[1].name', 'init'],
    ['two sidecars', { sidecars: [log, log] }, 'sidecars.log[1].name', 'log'],
  ])('do not share a name: %s', (_, props, property, name) => {
    expectProblemAlone(() => storeWith(props), {
      property,
      value: name,
      rule: /two containers of a pod do not share a name/,
    });
  });

  it.each<[string, Pick<ContainerProps, 'probes' | 'lifecycle'>, string, string[]]>([
    [
      'probes',
      { probes: { readiness: Probe.tcp({ port: 1 }), startup: Probe.tcp({ port: 1 }) } },
      'probes',
      ['readiness', 'startup'],
    ],
    ['hooks', { lifecycle: { preStop: { exec: { command: ['sync'] } } } }, 'lifecycle', ['preStop']],
  ])('that run to their end have no %s', (_, props, property, value) => {
    expectProblemAlone(() => storeWith({ initContainers: [init, { ...init, name: 'init-2', ...props }] }), {
      property: `initContainers.init-2.${property}`,
      value,
      rule: /an init container has neither probes nor hooks/,
      remedy: /sidecars/,
    });
    expect(storeWith({ sidecars: [{ ...log, ...props }] }).name).toBe('db');
  });

  it('that run to their end may say that they have neither', () => {
    const props = { probes: { startup: undefined }, lifecycle: {} };

    expect(storeWith({ initContainers: [{ ...init, ...props }] }).name).toBe('db');
  });
});

describe('the ports of a pod', () => {
  const http = { name: 'http', port: 8080 };

  it.each<[string, Partial<StatefulStoreProps>, RegExp]>([
    [
      'a sidecar and the main container',
      { ports: [http], sidecars: [{ ...log, ports: [http] }] },
      /'log' and 'db' share the pod's network/,
    ],
    [
      'two sidecars',
      {
        sidecars: [
          { ...log, ports: [http] },
          { ...metrics, ports: [{ ...http, name: 'web' }] },
        ],
      },
      /'log' and 'metrics' share the pod's network/,
    ],
    [
      'containers that say the same protocol in two ways',
      { ports: [{ ...http, protocol: 'TCP' }], sidecars: [{ ...log, ports: [http] }] },
      /'log' and 'db' share the pod's network/,
    ],
  ])('are not taken twice: %s', (_, props, names) => {
    expectProblemAlone(() => storeWith(props), {
      property: 'ports',
      value: 8080,
      rule: names,
      remedy: /another port/,
    });
  });

  it.each<[string, Partial<StatefulStoreProps>]>([
    ['an init container, which has ended', { ports: [http], initContainers: [{ ...init, ports: [http] }] }],
    ['another protocol', { ports: [http], sidecars: [{ ...log, ports: [{ ...http, protocol: 'UDP' }] }] }],
    ['another number', { ports: [http], sidecars: [{ ...log, ports: [{ ...http, port: 8081 }] }] }],
  ])('may be taken again by %s', (_, props) => {
    expect(storeWith(props).name).toBe('db');
  });
});

describe('why a pod is privileged', () => {
  const KEY = 'cdk8s-ha/privileged-because';
  const npu = ContainerSecurity.privileged('opens the NPUs');
  const mounts = ContainerSecurity.privileged('mounts for others');

  it.each<[string, Partial<StatefulStoreProps>, string]>([
    ['of its main container', { security: npu }, 'opens the NPUs'],
    ['of a sidecar', { sidecars: [{ ...log, security: mounts }] }, 'mounts for others'],
    [
      'of all of them, each once',
      {
        initContainers: [{ ...init, security: npu }],
        sidecars: [{ ...log, security: mounts }],
        security: npu,
      },
      'opens the NPUs; mounts for others',
    ],
  ])('is said on it, because %s', (_, props, reason) => {
    expect(templateWith(props).metadata.annotations).toEqual({ [KEY]: reason });
  });

  it('stands beside other annotations', () => {
    expect(templateWith({ security: npu, podAnnotations: { note: 'text' } }).metadata.annotations).toEqual({
      [KEY]: 'opens the NPUs',
      note: 'text',
    });
  });

  it.each([ContainerSecurity.restricted(), ContainerSecurity.root()])(
    'is not said of others: %#',
    (security) => {
      expect(templateWith({ security }).metadata).not.toHaveProperty('annotations');
    },
  );
});

describe('other values of a pod', () => {
  it.each<[string, Partial<StatefulStoreProps>, unknown, RegExp]>([
    ['terminationGracePeriod', { terminationGracePeriod: Duration.seconds(0) }, '0 s', /at least 1/],
    ['terminationGracePeriod', { terminationGracePeriod: Duration.millis(1500) }, '1.5 s', /whole seconds/],
    ['imagePullSecrets[1]', { imagePullSecrets: ['ok', 'Not Ok'] }, 'Not Ok', /DNS labels/],
    ['priorityClassName', { priorityClassName: 'High!' }, 'High!', /DNS labels/],
  ])('are refused: %s, %#', (property, props, value, rule) => {
    expectProblemAlone(() => storeWith(props), { property, value, rule });
  });

  it('are reported together, whichever container they are of', () => {
    const build = (): unknown =>
      storeWith({
        image: 'db',
        initContainers: [{ ...init, image: 'init' }],
        sidecars: [{ ...log, image: 'log' }],
        priorityClassName: '',
      });

    for (const property of ['image', 'initContainers.init.image', 'sidecars.log.image']) {
      expectProblem(build, { property, rule: /a tag or a digest/ });
    }
    expectProblem(build, { property: 'priorityClassName', value: '', rule: /DNS labels/ });
  });
});
