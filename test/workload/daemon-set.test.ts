/** Tests of a pod on every node: the pod template of all workloads, found by its labels, spread by nothing. */
import { Chart, Size } from 'cdk8s';
import { App, ClaimTemplate, ConfigFiles, DaemonSet, type DaemonSetProps } from '../../lib';
import { expectProblem, expectProblemAlone } from '../support/problems';
import { chart, rendered } from '../support/workloads';

const AGENT: DaemonSetProps = {
  name: 'agent',
  containerName: 'main',
  application: 'logs',
  component: 'agent',
  selector: { app: 'agent' },
  image: 'registry.example/agent:1.0.0',
};

const files = new ConfigFiles('config', { configMapName: 'agent', files: { 'agent.conf': 'a = 1\n' } });

describe('a DaemonSet', () => {
  const rendering = rendered(
    (scope) => new DaemonSet(scope, 'agent', { ...AGENT, mounts: [{ volume: files, path: '/etc/agent' }] }),
  );

  it('finds its pods by its labels, and leaves it to Kubernetes to spread them', () => {
    const { metadata, spec } = rendering.one('DaemonSet');

    expect(metadata.labels).toMatchObject({
      'app.kubernetes.io/name': 'logs',
      'app.kubernetes.io/instance': 'agent',
      'app.kubernetes.io/component': 'agent',
    });
    expect(spec.selector).toEqual({ matchLabels: { app: 'agent' } });
    expect(spec.template.metadata.labels).toMatchObject({ app: 'agent' });
    expect(spec.template.spec).not.toHaveProperty('topologySpreadConstraints');
    expect(rendering.refused).toEqual([]);
  });

  it('brings the files that it mounts', () => {
    expect(rendering.one('ConfigMap', 'agent').data).toEqual({ 'agent.conf': 'a = 1\n' });
  });

  it.each<[Partial<DaemonSetProps>, string, RegExp]>([
    [{ name: 'My Agent' }, 'name', /DNS label/],
    [{ containerName: 'Main' }, 'containerName', /DNS label/],
    [{ selector: {} }, 'selector', /at least one label/],
    [{ podLabels: { app: 'other' } }, 'podLabels.app', /found by this label/],
    [{ podLabels: { tier: 'back end' } }, 'podLabels.tier', /the value of a label/],
    [{ selector: { app: 'my agent' } }, 'selector.app', /the value of a label/],
    [{ application: 'my logs' }, 'application', /the value of a label/],
    [{ image: 'agent' }, 'image', /a tag or a digest/],
  ])('refuses %j', (props, property, rule) => {
    expectProblemAlone(() => new DaemonSet(chart(), 'agent', { ...AGENT, ...props }), { property, rule });
  });

  it('has the name of its container, application, component and labels unless told otherwise', () => {
    const { name, image } = AGENT;
    const { metadata, spec } = rendered((scope) => new DaemonSet(scope, 'agent', { name, image })).one(
      'DaemonSet',
    );

    expect(spec.template.spec.containers).toMatchObject([{ name: 'agent' }]);
    expect(metadata.labels).toMatchObject({
      'app.kubernetes.io/name': 'agent',
      'app.kubernetes.io/component': 'agent',
    });
    expect(spec.selector.matchLabels).toEqual({
      'app.kubernetes.io/name': 'agent',
      'app.kubernetes.io/instance': 'agent',
    });
  });

  it('makes no claims', () => {
    const volume = new ClaimTemplate('data', { size: Size.gibibytes(1) });

    expectProblemAlone(
      () => new DaemonSet(chart(), 'agent', { ...AGENT, mounts: [{ volume, path: '/data' }] }),
      { property: 'volumes.data', rule: /only a StatefulSet makes claims/ },
    );
  });

  it('refuses a chart without a namespace', () => {
    expectProblemAlone(() => new DaemonSet(new Chart(new App(), 'system'), 'agent', AGENT), {
      property: 'namespace',
      rule: /namespace/,
    });
  });

  it('tells all that is wrong at once', () => {
    const build = () => new DaemonSet(chart(), 'agent', { ...AGENT, name: '', image: 'agent' });

    expectProblem(build, { property: 'name', rule: /DNS label/ });
    expectProblem(build, { property: 'image', rule: /a tag or a digest/ });
  });
});
