/** Tests of a system's chart: its namespace comes first, with the Pod Security level that its pods need. */
import { ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { App, ConfigFiles, ContainerSecurity, StatefulStore, SystemChart } from '../../lib';
import { RELEASES, schemaProblems } from '../support/kubernetes-schema';
import { expectProblem, expectProblemAlone } from '../support/problems';
import { STORE } from '../support/stores';
import { chart, rendered, renderedNow } from '../support/workloads';

const PART_OF = { 'app.kubernetes.io/part-of': 'system', 'app.kubernetes.io/managed-by': 'cdk8s-ha' };
const RESTRICTED = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

function levelWith(build: (chart: SystemChart) => void): string | undefined {
  const { labels } = rendered(build).one('Namespace', 'ns').metadata;
  return labels['pod-security.kubernetes.io/enforce'];
}

function podSpec(spec: Partial<k8s.PodSpec> = {}): k8s.PodSpec {
  return { containers: [{ name: 'main', image: 'main:1', securityContext: RESTRICTED }], ...spec };
}

function addPod(scope: Construct, id: string, spec?: Partial<k8s.PodSpec>, namespace?: string): void {
  new k8s.KubePod(scope, id, {
    metadata: { name: id, ...(namespace !== undefined && { namespace }) },
    spec: podSpec(spec),
  });
}

function addJob(scope: Construct, spec: Partial<k8s.PodSpec>): void {
  new k8s.KubeCronJob(scope, 'job', {
    metadata: { name: 'job' },
    spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: { spec: podSpec(spec) } } } },
  });
}

describe('the chart of a system', () => {
  it('makes its namespace, which nothing prunes, before all else', () => {
    const files = new ConfigFiles('config', { configMapName: 'config', files: {} });
    const { objects } = rendered((scope) => {
      new StatefulStore(scope, 'store', { ...STORE, mounts: [{ volume: files, path: '/config' }] });
    });

    expect(objects[0]).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: 'ns',
        labels: {
          ...PART_OF,
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/enforce-version': 'latest',
        },
        annotations: {
          'argocd.argoproj.io/sync-wave': '-1',
          'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
        },
      },
    });
  });

  it.each(RELEASES)('is accepted by Kubernetes %s', (release) => {
    expect(rendered(() => undefined).objects.flatMap((object) => schemaProblems(object, release))).toEqual(
      [],
    );
  });

  it('comes first in the file of the app, too', () => {
    const app = new App();
    const chart = new SystemChart(app, 'system', { namespace: 'ns' });
    new StatefulStore(chart, 'store', STORE);
    const [file] = app.render();

    expect(file?.objects[0]?.manifest).toMatchObject({ kind: 'Namespace', metadata: { name: 'ns' } });
    expect(file?.objects[0]?.manifest.metadata).not.toHaveProperty('namespace');
  });

  it('gives its namespace and its labels to all other objects', () => {
    const { objects } = rendered((scope) => {
      new StatefulStore(new Construct(scope, 'deep'), 'store', STORE);
      new ApiObject(scope, 'custom', { apiVersion: 'example.com/v1', kind: 'Custom' });
    });

    const [, ...others] = objects;

    expect(others.map(({ metadata }) => metadata.namespace)).toEqual(others.map(() => 'ns'));
    for (const { metadata } of others) expect(metadata.labels).toMatchObject(PART_OF);
    expect(others.length).toBeGreaterThan(3);
  });

  it('names objects without a name after their path, without a hash', () => {
    const rendering = rendered(
      (scope) => new ApiObject(scope, 'custom', { apiVersion: 'example.com/v1', kind: 'Custom' }),
    );

    expect(rendering.one('Custom').metadata.name).toBe('system-custom');
  });

  it.each(['', 'My Namespace', 'a.b', 'a'.repeat(64)])('refuses the namespace %p', (namespace) => {
    expectProblemAlone(() => new SystemChart(new App(), 'system', { namespace }), {
      property: 'namespace',
      value: namespace,
      rule: /a DNS label/,
    });
  });

  it.each(['my system', '-system', 'a'.repeat(64)])('refuses the id %p, which would be a label', (id) => {
    expectProblemAlone(() => new SystemChart(new App(), id, { namespace: 'ns' }), {
      property: 'id',
      value: id,
      rule: /the value of a label/,
    });
  });

  it('reports a wrong namespace and a wrong id together', () => {
    const build = (): unknown => new SystemChart(new App(), 'my system', { namespace: 'my namespace' });

    expectProblem(build, { property: 'id', rule: /the value of a label/, remedy: /'my-system'$/ });
    expectProblem(build, { property: 'namespace', rule: /a DNS label/, remedy: /'my-namespace'$/ });
  });
});

describe('the level of the namespace', () => {
  it.each<[string, string, (chart: SystemChart) => void]>([
    ['without pods', 'restricted', () => undefined],
    [
      'with a restricted pod',
      'restricted',
      (chart) => {
        addPod(chart, 'pod');
      },
    ],
    [
      'with a pod on its own',
      'privileged',
      (chart) => {
        addPod(chart, 'pod', { hostNetwork: true });
      },
    ],
    [
      'with a CronJob',
      'privileged',
      (chart) => {
        addJob(chart, { hostPid: true });
      },
    ],
    [
      'with a CronJob that is not restricted',
      'baseline',
      (chart) => {
        addJob(chart, { containers: [{ name: 'c' }] });
      },
    ],
    [
      'with a store whose container is root',
      'baseline',
      (chart) => new StatefulStore(chart, 'store', { ...STORE, security: ContainerSecurity.root() }),
    ],
    [
      'with a store on the network of its nodes',
      'privileged',
      (chart) => new StatefulStore(chart, 'store', { ...STORE, hostNetwork: true }),
    ],
    [
      'with a sidecar that is privileged',
      'privileged',
      (chart) =>
        new StatefulStore(chart, 'store', {
          ...STORE,
          sidecars: [
            { name: 'log', image: 'log:1', security: ContainerSecurity.privileged('reads the node') },
          ],
        }),
    ],
    [
      'with pods of all levels',
      'privileged',
      (chart) => {
        addPod(chart, 'restricted');
        addPod(chart, 'privileged', { hostIpc: true });
        addPod(chart, 'baseline', { securityContext: { runAsUser: 0 } });
      },
    ],
    [
      'with pods deep inside, and in a chart within',
      'baseline',
      (chart) => {
        addPod(new Construct(chart, 'deep'), 'restricted');
        addPod(new Chart(chart, 'inner', { namespace: 'ns' }), 'baseline', {
          securityContext: { runAsUser: 0 },
        });
      },
    ],
    [
      'with pods that are elsewhere',
      'restricted',
      (chart) => {
        addPod(chart, 'elsewhere', { hostNetwork: true }, 'other');
        addPod(new SystemChart(chart, 'inner', { namespace: 'inner' }), 'inside', { hostNetwork: true });
      },
    ],
    [
      'with something else that has a template',
      'restricted',
      (chart) =>
        new ApiObject(chart, 'set', {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'ApplicationSet',
          spec: { template: { metadata: {}, spec: { project: 'default' } } },
        }),
    ],
  ])('%s is %s', (_, level, build) => {
    expect(levelWith(build)).toBe(level);
  });

  it('counts what is added after the namespace was rendered', () => {
    const system = chart();
    const before = renderedNow(system).one('Namespace');
    addPod(system, 'pod', { hostNetwork: true });

    expect(before.metadata.labels).toHaveProperty(['pod-security.kubernetes.io/enforce'], 'restricted');
    expect(renderedNow(system).one('Namespace').metadata.labels).toHaveProperty(
      ['pod-security.kubernetes.io/enforce'],
      'privileged',
    );
  });
});
