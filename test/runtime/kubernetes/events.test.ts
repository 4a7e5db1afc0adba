/** An Event about the pod, as `kubectl describe pod` shows it. */
import { tell } from '../../../runtime/kubernetes/events';
import { cleanUp } from '../../support/processes';
import { closeServers } from '../support/local-server';
import { ObjectStore } from '../support/object-store';

afterAll(() => {
  closeServers();
  cleanUp();
});

const POD = { name: 'app-0', uid: 'uid-0', namespace: 'ns', node: 'node-1' };
const EVENT = { type: 'Normal', reason: 'LeaderServing', message: 'leads with token 7' } as const;

it('is about the pod, from its node', async () => {
  const store = await ObjectStore.start();
  store.interfere = () => 201;
  const now: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  await tell(store.api, POD, EVENT);

  expect(store.requests).toEqual([
    {
      method: 'POST',
      path: '/api/v1/namespaces/ns/events',
      body: {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { generateName: 'app-0.' },
        involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'app-0', namespace: 'ns', uid: 'uid-0' },
        ...EVENT,
        source: { component: 'cdk8s-ha', host: 'node-1' },
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
      },
    },
  ]);
});

it('is lost without harm when it cannot be written', async () => {
  const store = await ObjectStore.start();
  closeServers();

  await expect(tell(store.api, POD, EVENT)).resolves.toBeUndefined();
});
