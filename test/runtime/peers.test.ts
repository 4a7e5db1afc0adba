/** Questions and promises between members over real connections: who is asked, what counts, and what is not believed. */
import { createServer } from 'node:http';
import type { Event, Reply } from '../../runtime/election/events';
import { Peers, type PeersOptions, SIGNATURE_HEADER, type Signed, readSigned } from '../../runtime/peers';
import { eventually } from '../support/processes';
import { closeServers, listening } from './support/local-server';

afterAll(closeServers);

const REQUEST = { holder: 'app-0_uid', acquired: 'noon', term: 7, duration: 10_000 };
const ASKING = { do: 'ask-peers', request: REQUEST, counted: 7000 } as const;
const NOW = 50_000;

/** With the Service's name `1` it is an address of this machine, for which nobody asks the DNS. */
const PEER = '127.0.0';

const OPTIONS: PeersOptions = {
  group: 'ns/app',
  pod: 'app-0',
  members: ['app-0', PEER],
  service: '1',
  port: 0,
  key: 'a key of the tests',
  clock: () => NOW,
  onChange: () => undefined,
};

type Heard = Extract<Event, { type: 'asked' | 'promised' }>;

/** A member that decides so, and what it was asked. */
function member(reply: Reply, options: Partial<PeersOptions> = {}) {
  const peers = new Peers({ ...OPTIONS, pod: PEER, ...options });
  const asked: Heard[] = [];
  peers.onEvent = (event) => {
    asked.push(event);
    if (event.type === 'asked') peers.reply({ do: 'reply', id: event.id, reply });
  };
  return { peers, asked };
}

/** Serves these answers, as the HTTP interface does. */
async function served(answer: (question: Signed) => Signed | undefined): Promise<number> {
  const server = createServer((request, response) => {
    void readSigned(request).then((question) => {
      const signed = answer(question);
      if (signed === undefined) response.writeHead(403).end();
      else response.writeHead(200, { [SIGNATURE_HEADER]: signed.signature }).end(signed.body);
    });
  });
  server.listen(0);
  return listening(server);
}

/** What a leader hears when it asks the member at that port, until it knows of an answer. */
async function heard(port: number, options: Partial<PeersOptions> = {}) {
  const told: string[] = [];
  const onChange = (peer: string, answer: string) => told.push(`${peer}: ${answer}`);
  const leader = new Peers({ ...OPTIONS, port, onChange, ...options });
  const events: Heard[] = [];
  leader.onEvent = (event) => events.push(event);
  leader.ask(ASKING);
  await eventually(() => told.length > 0, 'an answer');
  return { events, told };
}

it('a promise counts from before it was asked for', async () => {
  const { peers, asked } = member('promised');
  let now = NOW;
  const clock = () => now++;

  expect(await heard(await served((question) => peers.answer(question)), { clock })).toEqual({
    events: [{ type: 'promised', by: PEER, term: 7, until: NOW + 7000 }],
    told: [`${PEER}: promised`],
  });
  expect(asked).toEqual([{ type: 'asked', id: 1, request: REQUEST }]);
});

it('a refusal is no promise, and people are told of it', async () => {
  const { peers } = member('has not lost the API server');

  expect(await heard(await served((question) => peers.answer(question)))).toEqual({
    events: [],
    told: [`${PEER}: has not lost the API server`],
  });
});

it('people are told of what is new only', async () => {
  const { peers, asked } = member('leads itself');
  const port = await served((question) => peers.answer(question));
  const told: string[] = [];
  const leader = new Peers({ ...OPTIONS, port, onChange: (_, answer) => told.push(answer) });
  for (let times = 1; times <= 3; times += 1) {
    leader.ask(ASKING);
    await eventually(() => asked.length === times, 'a question');
  }
  await eventually(() => told.length > 0, 'an answer');

  expect(told).toEqual(['leads itself']);
});

it.each<[string, Partial<PeersOptions>]>([
  ['signs with another key', { key: 'another key of the tests' }],
  ['is of another group', { group: 'ns/other' }],
  ['is another member', { pod: 'app-2' }],
])('a member that %s is not even asked', async (_, options) => {
  const { peers, asked } = member('promised', options);
  const { events } = await heard(await served((question) => peers.answer(question)));

  expect(events).toEqual([]);
  expect(asked).toEqual([]);
});

it('a question that is not decided is not answered', async () => {
  const peers = new Peers({ ...OPTIONS, pod: PEER });

  expect((await heard(await served((question) => peers.answer(question)))).events).toEqual([]);
});

describe('no promise is', () => {
  const { peers } = member('promised');
  const signed = (question: Signed) => peers.answer(question) ?? question;

  it.each<[string, (question: Signed) => Signed | undefined]>([
    ['one without a signature', (question) => ({ ...signed(question), signature: '' })],
    [
      'one with half a signature',
      (question) => ({ ...signed(question), signature: signed(question).signature.slice(32) }),
    ],
    [
      'one that was changed',
      (question) => ({ ...signed(question), body: signed(question).body.replace(PEER, 'app-9') }),
    ],
    ['the question itself', (question) => question],
    ['nothing', () => undefined],
  ])('%s', async (_, answer) => {
    expect((await heard(await served(answer))).events).toEqual([]);
  });

  it('one to an earlier question', async () => {
    const kept: Signed[] = [];
    const listener = await served((question) => {
      kept.push(signed(question));
      return kept[0];
    });

    expect((await heard(listener)).events).toHaveLength(1);
    expect((await heard(listener)).events).toEqual([]);
  });
});
