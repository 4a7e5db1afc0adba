/** What the proxy does to requests, with a real server behind it and the runtime's own client before it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { Agent, type Server, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Api } from '../../../../runtime/kubernetes/api';
import { cleanUp, eventually, temporaryFolder } from '../../../support/processes';
import { type Certificate, makeCertificate } from './certificate';
import type { Effect } from './faults';
import { FaultProxy } from './proxy';

const PUT = { method: 'PUT', path: '/lease', body: { holder: 'a' } } as const;
const [SHORT, LONG] = [300, 20_000];

let folder: string;
let certificate: Certificate;
let server: Server;
let agent: Agent;
let proxy: FaultProxy;
let api: Api;
let percent: number;

/** What the server was told. */
let asked: string[];

/** Ends the server's answers to watches, or adds to them. */
let watches: { write: (line: string) => void }[];

const serve: RequestListener = (request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (text) => (body += String(text)));
  request.on('end', () => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''} ${body}`);
    if (request.url?.includes('watch')) {
      response.writeHead(200).flushHeaders();
      watches.push({ write: (line) => response.write(`${line}\n`) });
    } else response.writeHead(200).end('{"done":true}');
  });
};

beforeAll(() => {
  folder = temporaryFolder();
  certificate = makeCertificate(folder);
  mkdirSync(join(folder, 'credentials'));
  writeFileSync(join(folder, 'credentials/token'), 'secret');
  writeFileSync(join(folder, 'credentials/ca.crt'), certificate.cert);
});
afterAll(cleanUp);

beforeEach(async () => {
  [asked, watches, percent] = [[], [], 0];
  server = createServer(certificate, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  agent = new Agent({ keepAlive: true });
  const { port } = server.address() as AddressInfo;
  proxy = new FaultProxy(
    { host: '127.0.0.1', port, ca: certificate.cert, agent },
    certificate,
    () => percent,
  );
  api = new Api({ host: '127.0.0.1', port: await proxy.listen(), credentials: join(folder, 'credentials') });
});
afterEach(() => {
  proxy.close();
  agent.destroy();
  server.closeAllConnections();
  server.close();
});

function disturb(effect: Effect, { share = 100, onlyWrites = false } = {}): () => void {
  return proxy.disturb({ effect, share, onlyWrites });
}

/** Lines and the end of a watch. */
function watch(): string[] {
  const seen: string[] = [];
  api.watch('/leases?watch=1', LONG, {
    onOpen: () => seen.push('open'),
    onLine: (line) => seen.push(line),
    onEnd: () => seen.push('end'),
  });
  return seen;
}

function send(line: string): void {
  for (const one of watches) one.write(line);
}

test('without a disturbance a request goes through as it is', async () => {
  expect(await api.call({ ...PUT, timeout: LONG })).toEqual({ status: 200, body: { done: true } });
  expect(asked).toEqual(['PUT /lease Bearer secret {"holder":"a"}']);
});

test('a request that is dropped never arrives', async () => {
  disturb({ does: 'drop-requests' });
  await expect(api.call({ ...PUT, timeout: SHORT })).rejects.toThrow('no answer');
  expect(asked).toEqual([]);
});

test('a request whose answer is dropped has arrived', async () => {
  disturb({ does: 'drop-answers' });
  await expect(api.call({ ...PUT, timeout: SHORT })).rejects.toThrow('no answer');
  expect(asked).toHaveLength(1);
});

test('a request that is delayed arrives although its sender has given it up', async () => {
  disturb({ does: 'delay-requests', ms: 2 * SHORT });
  await expect(api.call({ ...PUT, timeout: SHORT })).rejects.toThrow('no answer');
  await eventually(() => asked.length === 1, 'the request');
});

test('an answer that is delayed comes', async () => {
  disturb({ does: 'delay-answers', ms: SHORT });
  const answer = api.call({ ...PUT, timeout: LONG });
  await eventually(() => asked.length === 1, 'the request');
  expect((await answer).status).toBe(200);
});

test('the proxy answers by itself', async () => {
  disturb({ does: 'answer', status: 429 });
  expect((await api.call({ ...PUT, timeout: LONG })).status).toBe(429);
  expect(asked).toEqual([]);
});

test('half-open connections are taken and never answered, and are cut when it is over', async () => {
  const seen = watch();
  await eventually(() => seen.length === 1, 'the watch');
  const over = disturb({ does: 'half-open' });
  await expect(api.call({ ...PUT, timeout: SHORT })).rejects.toThrow('no answer');
  expect(seen).toEqual(['open']);
  over();
  await eventually(() => seen.includes('end'), 'the end of the watch');
  expect((await api.call({ ...PUT, timeout: LONG })).status).toBe(200);
});

test('a cut ends what is open, and refuses more until it is over', async () => {
  const seen = watch();
  await eventually(() => seen.length === 1, 'the watch');
  const over = disturb({ does: 'cut' });
  await eventually(() => seen.includes('end'), 'the end of the watch');
  await expect(api.call({ ...PUT, timeout: LONG })).rejects.toThrow(/socket|ECONNRESET/);
  over();
  expect((await api.call({ ...PUT, timeout: LONG })).status).toBe(200);
});

test('events are told as they come', async () => {
  const seen = watch();
  await eventually(() => watches.length === 1, 'the watch');
  send('one');
  send('two');
  await eventually(() => seen.length === 3, 'the events');
  expect(seen).toEqual(['open', 'one', 'two']);
});

test('events that are lost are never told, and their watch ends when it is over', async () => {
  const seen = watch();
  await eventually(() => seen.length === 1, 'the watch');
  const over = disturb({ does: 'lose-events' });
  send('one');
  expect((await api.call({ ...PUT, timeout: LONG })).status).toBe(200);
  over();
  await eventually(() => seen.includes('end'), 'the end of the watch');
  expect(seen).toEqual(['open', 'end']);
});

test('events that are delayed come in order', async () => {
  const seen = watch();
  await eventually(() => seen.length === 1, 'the watch');
  disturb({ does: 'delay-events', ms: SHORT });
  send('one');
  send('two');
  await eventually(() => seen.length === 3, 'the events');
  expect(seen).toEqual(['open', 'one', 'two']);
});

test('a share of the requests is disturbed', async () => {
  disturb({ does: 'answer', status: 503 }, { share: 20 });
  percent = 20;
  expect((await api.call({ ...PUT, timeout: LONG })).status).toBe(200);
  percent = 19;
  expect((await api.call({ ...PUT, timeout: LONG })).status).toBe(503);
});

test('writes alone may be disturbed', async () => {
  disturb({ does: 'answer', status: 500 }, { onlyWrites: true });
  expect((await api.call({ ...PUT, timeout: LONG })).status).toBe(500);
  expect((await api.call({ method: 'GET', path: '/lease', timeout: LONG })).status).toBe(200);
});
