/** What a `LocalClientFleet` renders, as replicas and on every node: wiring to its MetaService, waiting, and rights. */
import { Budget, LocalClientFleet, MetaServiceHA } from '../../../lib';
import {
  EVERY_DAEMON_PROP,
  EVERY_FLEET_PROP,
  EVERY_META_PROP,
  everyNode,
  fleet,
} from '../../support/memcache';
import { type Rendering, type TemplateView, rendered } from '../../support/workloads';

function podOf(rendering: Rendering, name = 'local-service-pod'): TemplateView {
  return rendering.one('StatefulSet', name).spec.template;
}

function every(props: typeof EVERY_FLEET_PROP | typeof EVERY_DAEMON_PROP): Rendering {
  return rendered((chart) => {
    const meta = new MetaServiceHA(chart, 'meta', EVERY_META_PROP);
    new LocalClientFleet(chart, 'clients', { ...props, meta });
  });
}

const ALL: [string, Rendering][] = [
  ['replicas and minimal props', fleet()],
  ['a client on every node and minimal props', everyNode()],
  ['replicas and all props', every(EVERY_FLEET_PROP)],
  ['a client on every node and all props', every(EVERY_DAEMON_PROP)],
];

describe.each(ALL)('a fleet with %s', (_, rendering) => {
  it('is accepted by the oldest and the newest supported release', () => {
    expect(rendering.refused).toEqual([]);
  });

  it('comes after the MetaService, in a wave of its own', () => {
    const last = rendering.objects.at(-1);

    expect(['StatefulSet', 'DaemonSet']).toContain(last?.kind);
    expect(last?.metadata.annotations).toEqual({ 'argocd.argoproj.io/sync-wave': '1' });
    expect(last?.metadata.labels).toMatchObject({ 'app.kubernetes.io/component': 'local-service' });
  });
});

describe('replicas', () => {
  it('have the names of the reference deployment', () => {
    const rendering = fleet();

    expect(rendering.names.filter((name) => name.includes('local'))).toEqual([
      expect.stringMatching(/^ConfigMap local-service-config-[0-9a-f]{10}$/),
      'Service local-service',
      'PodDisruptionBudget local-service-pod',
      'StatefulSet local-service-pod',
    ]);
    expect(rendering.one('StatefulSet', 'local-service-pod').spec).toMatchObject({
      replicas: 2,
      serviceName: 'local-service',
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: 'local-service' } },
    });
    expect(podOf(rendering).spec.containers.map(({ name }) => name)).toEqual(['local-service']);
  });

  it('have the names that are set', () => {
    const rendering = fleet({
      name: 'cache',
      serviceName: 'members',
      replicas: 3,
      selector: { app: 'cache' },
    });

    expect(rendering.one('StatefulSet', 'cache').spec).toMatchObject({
      replicas: 3,
      serviceName: 'members',
      selector: { matchLabels: { app: 'cache' } },
    });
    expect(rendering.one('Service', 'members').spec).toMatchObject({ clusterIP: 'None' });
    expect(rendering.one('ConfigMap', 'cache-config').data).toHaveProperty(['mmc-local.conf']);
  });

  it('are spread and protected as told', () => {
    const rendering = fleet({ spread: { by: 'antiAffinity' }, budget: Budget.none() });

    expect(podOf(rendering).spec['affinity']).toHaveProperty('podAntiAffinity');
    expect(rendering.names).not.toContain('PodDisruptionBudget local-service-pod');
    expect(podOf(fleet()).spec['topologySpreadConstraints']).toHaveLength(2);
    expect(fleet().names).toContain('PodDisruptionBudget local-service-pod');
  });
});

describe('a client on every node', () => {
  it('has the names of the reference deployment, and nothing that a DaemonSet does not need', () => {
    const rendering = everyNode();

    expect(rendering.names.filter((name) => name.includes('local'))).toEqual([
      expect.stringMatching(/^ConfigMap local-service-config-[0-9a-f]{10}$/),
      'DaemonSet local-service-pod',
    ]);
    expect(rendering.one('DaemonSet').spec.selector).toEqual({ matchLabels: { app: 'local-service' } });
    expect(rendering.one('DaemonSet').spec.template.metadata.labels).toMatchObject({ app: 'local-service' });
    expect(rendering.one('DaemonSet').spec.template.spec).not.toHaveProperty('topologySpreadConstraints');
  });

  it('has the names that are set', () => {
    const daemonSet = everyNode({ name: 'cache', selector: { app: 'cache' } }).one('DaemonSet');

    expect(daemonSet.metadata.name).toBe('cache');
    expect(daemonSet.spec.selector).toEqual({ matchLabels: { app: 'cache' } });
    expect(daemonSet.spec.template.spec.containers.map(({ name }) => name)).toEqual(['local-service']);
  });

  it('has the same pod as one of the replicas, but for what keeps replicas apart', () => {
    const { topologySpreadConstraints, ...spec } = podOf(fleet()).spec;

    expect(everyNode().one('DaemonSet').spec.template.spec).toEqual(spec);
    expect(topologySpreadConstraints).toHaveLength(2);
  });
});
