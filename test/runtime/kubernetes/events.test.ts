/** Events about the pod, as `kubectl describe pod` shows them, and what becomes of those that cannot be sent. */
import * as v from 'valibot';
import { Backoff } from '../../../runtime/backoff';
import type { Api } from '../../../runtime/kubernetes/api';
import { Events } from '../../../runtime/kubernetes/events';
import { cleanUp, eventually } from '../../support/processes';
import { closeServers } from '../support/local-server';
import { ObjectStore } from '../support/object-store';

afterAll(() => {
  closeServers();
  cleanUp();
});

const POD = { name: 'app-0', uid: 'uid-0', namespace: 'ns', node: 'node-1' };
const EVENT = { type: 'Normal', reason: 'LeaderServing', message: 'leads with token 7' } as const;

/** Answers with the statuses one after the other, and then with 201. */
async function answering(...statuses: readonly number[]) {
  const store = await ObjectStore.start();
  const left = [...statuses];
  store.interfere = () => left.shift() ?? 201;
  const events = new Events(store.api, POD, new Backoff(1, 5));
  const bodies = () => store.requests.map(({ body }) => body);
  return { store, events, bodies };
}

const numbered = (index: number) => ({ ...EVENT, message: `leads with token ${index}` });

it('one is about the pod, from its node', async () => {
  const { store, events } = await answering();
  const now: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  events.tell(EVENT);
  await events.sent(60_000);

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

it.each([401, 403, 429, 500, 503])('one that is answered with %i is sent again', async (status) => {
  const { events, bodies } = await answering(status, status);
  events.tell(EVENT);
  await events.sent(60_000);

  expect(bodies()).toEqual([1, 2, 3].map(() => expect.objectContaining(EVENT) as unknown));
});

it.each([400, 404, 409, 422])(
  'one that the API server will never take is not sent again: %i',
  async (status) => {
    const { events, bodies } = await answering(status);
    events.tell(numbered(1));
    events.tell(numbered(2));
    await events.sent(60_000);

    expect(bodies()).toMatchObject([numbered(1), numbered(2)]);
  },
);

it('those that wait come in their order, and the same twice as one', async () => {
  const { store, events, bodies } = await answering();
  let isAway = true;
  store.interfere = () => (isAway ? 503 : 201);
  events.tell(numbered(1));
  await eventually(() => store.requests.length > 0, 'the first attempt');
  for (const index of [2, 3, 2, 2]) events.tell(numbered(index));
  isAway = false;
  store.requests.length = 0;
  await events.sent(60_000);

  expect(bodies().slice(-3)).toMatchObject([
    { ...numbered(1), count: 1 },
    { ...numbered(2), count: 3 },
    { ...numbered(3), count: 1 },
  ]);
});

it('of more than can wait the oldest are lost', async () => {
  const { store, events, bodies } = await answering();
  let isAway = true;
  store.interfere = () => (isAway ? 503 : 201);
  for (let index = 0; index < 50; index += 1) events.tell(numbered(index));
  isAway = false;
  await events.sent(60_000);
  const messages = bodies().map((body) => v.parse(v.object({ message: v.string() }), body).message);

  expect(messages.at(-1)).toBe(numbered(49).message);
  expect(messages).toContain(numbered(20).message);
  expect(messages).not.toContain(numbered(10).message);
});

it('nobody waits longer for them than asked', async () => {
  const store = await ObjectStore.start();
  const events = new Events(store.api, POD, new Backoff(60_000, 60_000));
  store.interfere = () => 503;
  events.tell(EVENT);

  await expect(events.sent(20)).resolves.toBeUndefined();
});

it.each(Array.from({ length: 9 }, (_, index) => index))(
  'one that is told %i microtasks after another was sent is sent too',
  async (microtasks) => {
    const messages: string[] = [];
    const call: Api['call'] = ({ body }) => {
      messages.push(v.parse(v.object({ message: v.string() }), body).message);
      return Promise.resolve({ status: 201, body: {} });
    };
    const events = new Events({ call }, POD);
    events.tell(numbered(1));
    for (let index = 0; index < microtasks; index += 1) await Promise.resolve();
    events.tell(numbered(2));
    await new Promise((resolve) => setImmediate(resolve));

    expect(messages).toEqual([numbered(1).message, numbered(2).message]);
  },
);
