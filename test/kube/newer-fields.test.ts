/** Tests of fields that the typed objects do not know: a JSON patch loses them, the helper keeps them. */
import { type ApiObject, JsonPatch } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { App } from '../../lib';
import { addNewerFields } from '../../lib/kube/newer-fields';
import { type KubeObject, chart, renderedNow } from '../support/workloads';

const PATH = '/spec/initContainers/0/restartPolicy';
const FIELD = 'spec.initContainers.0.restartPolicy';

function newPod(): {
  readonly pod: ApiObject;
  readonly rendered: () => KubeObject & { readonly spec: object };
} {
  const system = chart();
  const pod = new k8s.KubePod(system, 'pod', {
    metadata: { name: 'pod' },
    spec: {
      initContainers: [{ name: 'sidecar', image: 'sidecar:1' }],
      containers: [{ name: 'main', image: 'main:1' }],
    },
  });
  return { pod, rendered: () => renderedNow(system).one('Pod') };
}

describe('a field newer than the bindings', () => {
  it('is lost by a JSON patch, and kept by the helper', () => {
    const [patched, helped] = [newPod(), newPod()];
    patched.pod.addJsonPatch(JsonPatch.add(PATH, 'Always'));
    addNewerFields(helped.pod, [{ path: PATH, value: 'Always' }]);

    expect(patched.rendered()).not.toHaveProperty(FIELD);
    expect(helped.rendered()).toHaveProperty(FIELD, 'Always');
  });

  it('changes nothing else', () => {
    const { pod, rendered } = newPod();
    const { spec, ...plain } = rendered();
    addNewerFields(pod, [{ path: '/spec/hostUsers', value: false }]);

    expect(rendered()).toEqual({ ...plain, spec: { ...spec, hostUsers: false } });
  });

  it('is kept each time that the object is rendered', () => {
    const { pod, rendered } = newPod();
    addNewerFields(pod, [{ path: PATH, value: 'Always' }]);

    expect(rendered()).toEqual(rendered());
    expect(rendered()).toHaveProperty(FIELD, 'Always');
  });

  it.each([
    ['a text', 'text'],
    ['a number', 0],
    ['a switch', false],
  ])('may be %s', (_, value) => {
    const { pod, rendered } = newPod();
    addNewerFields(pod, [{ path: '/spec/newer', value }]);

    expect(rendered()).toHaveProperty('spec.newer', value);
  });

  it('stands beside patches and further newer fields', () => {
    const { pod, rendered } = newPod();
    pod.addJsonPatch(JsonPatch.add('/spec/priority', 7));
    addNewerFields(pod, [{ path: PATH, value: 'Always' }]);
    addNewerFields(pod, [{ path: '/spec/hostUsers', value: false }]);

    expect(rendered()).toMatchObject({
      spec: { priority: 7, hostUsers: false, initContainers: [{ restartPolicy: 'Always' }] },
    });
  });

  it('replaces a value that is there', () => {
    const { pod, rendered } = newPod();
    addNewerFields(pod, [{ path: '/spec/containers/0/image', value: 'other:1' }]);

    expect(rendered()).toHaveProperty('spec.containers.0.image', 'other:1');
  });

  it('fails with its object when there is nothing to put it into', () => {
    const { pod } = newPod();
    addNewerFields(pod, [{ path: '/spec/nowhere/field', value: 'x' }]);
    const app = pod.node.root;

    expect(() => (app instanceof App ? app.render() : [])).toThrow(/\[system\/pod\]/);
  });
});
