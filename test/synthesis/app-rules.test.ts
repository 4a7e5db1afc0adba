/** The rules of lib/verify as an app meets them: what they find stops it, what is waived does not. */
import { type ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { App, SynthesisError } from '../../lib';

jest.mock('../../lib/verify/rules', () => {
  const { RULES, ...rest } =
    jest.requireActual<typeof import('../../lib/verify/rules')>('../../lib/verify/rules');
  const warns: (typeof RULES)[number] = {
    id: 'immutable-secret',
    severity: 'warning',
    title: 'A Secret can change',
    remedy: 'Set immutable',
    check: ({ objects }) =>
      objects
        .filter(({ manifest }) => manifest.kind === 'Secret')
        .map((object) => ({ object, message: 'can change' })),
  };
  return { ...rest, RULES: [...RULES, warns] };
});

const WARNING = 'Warning: [a/secret] Secret ns/s can change. Set immutable. [immutable-secret]\n';
const REASON = 'its pods are made by an operator';

function idleService(chart: Chart, id: string, annotations = {}): ApiObject {
  return new k8s.KubeService(chart, id, {
    metadata: { name: id, namespace: 'ns', annotations },
    spec: { selector: { app: 'db' } },
  });
}

function secret(chart: Chart): void {
  new k8s.KubeSecret(chart, 'secret', { metadata: { name: 's', namespace: 'ns' } });
}

function failureOf(app: App): SynthesisError {
  try {
    app.render();
  } catch (error) {
    if (error instanceof SynthesisError) return error;
    throw error;
  }
  throw new Error('The app rendered');
}

let printed: jest.SpiedFunction<typeof process.stderr.write>;

beforeEach(() => {
  printed = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  printed.mockRestore();
});

it('an app is stopped by what rules find, with the constructs at fault', () => {
  const app = new App();
  for (const id of ['one', 'two'])
    new k8s.KubeConfigMap(new Chart(app, id), 'config', { metadata: { name: 'same', namespace: 'ns' } });
  idleService(new Chart(app, 'three'), 'service');

  const { message, findings } = failureOf(app);

  expect(message).toBe(
    'Synthesis failed: 2 problems\n' +
      '  [two/config] ConfigMap ns/same is also made by one/config: the one applied last wins. Rename one. ' +
      '[duplicate-object]\n' +
      '  [three/service] Service ns/service selects no pod of this app: {"app":"db"}. ' +
      'Correct spec.selector, or leave it out if something else writes the endpoints. [service-selects-no-pod]',
  );
  expect(findings.map(({ rule, constructPath }) => [rule, constructPath])).toEqual([
    ['duplicate-object', 'two/config'],
    ['service-selects-no-pod', 'three/service'],
  ]);
});

it('an object at fault is rendered if it carries a waiver, or the app has one for it', () => {
  const app = new App();
  const chart = new Chart(app, 'a');
  idleService(chart, 'one', { 'cdk8s-ha/waive-service-selects-no-pod': REASON });
  idleService(chart, 'two');
  app.waive({ rule: 'service-selects-no-pod', path: 'a/two', reason: REASON });

  expect(app.render()[0]?.objects.map(({ constructPath }) => constructPath)).toEqual(['a/one', 'a/two']);
});

it('waivers that are wrong are told with all else that is', () => {
  const app = new App();
  const chart = new Chart(app, 'a');
  chart.node.addValidation({ validate: () => ['a fault'] });
  idleService(chart, 'one', { 'cdk8s-ha/waive-service-selects-no-pod': '' });
  app.waive({ rule: 'service-selects-nothing', path: 'a/one', reason: REASON });

  const { messages, findings } = failureOf(app);

  expect(messages[0]).toBe('[a] a fault');
  expect(findings.map(({ rule, object }) => [rule, object])).toEqual([
    ['service-selects-no-pod', 'Service ns/one'],
    ['waiver-of-no-rule', 'The App'],
    ['waiver-without-reason', 'Service ns/one'],
  ]);
});

it('a warning is printed and stops nothing', () => {
  const app = new App();
  secret(new Chart(app, 'a'));

  expect(app.render()).toHaveLength(1);
  expect(printed.mock.calls).toEqual([[WARNING]]);
});

it('a warning is printed beside errors, which are told without it', () => {
  const app = new App();
  const chart = new Chart(app, 'a');
  secret(chart);
  idleService(chart, 'one');

  expect(failureOf(app).findings.map(({ rule }) => rule)).toEqual(['service-selects-no-pod']);
  expect(printed.mock.calls).toEqual([[WARNING]]);
});
