/** What strangers who open connections and say nothing, or half of it, cost an elector: others are still answered. */
import { once } from 'node:events';
import { type IncomingMessage, type Server, get } from 'node:http';
import { type Socket, connect } from 'node:net';
import { promisify } from 'node:util';
import { serveAnswers } from '../../runtime/http-interface';
import { closeServers, listening } from './support/local-server';

const STRANGERS = 5000;
const AT_ONCE = 100;
const ADDRESSES = 20;

jest.setTimeout(60_000);

const sockets: Socket[] = [];
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  closeServers();
});

async function served(isAlive: () => Promise<boolean>): Promise<{ server: Server; port: number }> {
  const health = { isWell: true, isReady: true, hasStarted: true, isGood: true, isAlive };
  const server = serveAnswers(
    { host: '127.0.0.1', port: 0 },
    { health: () => health, leader: () => ({}), metrics: () => Promise.resolve('') },
  );
  await once(server, 'listening');
  return { server, port: await listening(server) };
}

/** Resolves with the status. */
async function probe(port: number, path: string): Promise<number | undefined> {
  const asked = get({ host: '127.0.0.1', port, path, agent: false });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
  answer.resume();
  return answer.statusCode;
}

/** Half a request from this address, which nobody will end. */
async function halfAsk(port: number, localAddress: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  socket.write('GET /healthz HTTP/1.1\r\nHost: elector\r\n');
}

it('5,000 half-sent requests from 20 addresses keep no probe from its answer', async () => {
  let answer: (isAlive: boolean) => void = () => undefined;
  const { server, port } = await served(() => new Promise((resolve) => (answer = resolve)));
  const open = promisify(server.getConnections.bind(server));
  const asked = once(server, 'request');
  const slow = probe(port, '/app/liveness');
  await asked;

  const opened: number[] = [];
  for (let sent = 0; sent < STRANGERS; sent += AT_ONCE) {
    const addresses = Array.from({ length: AT_ONCE }, (_, index) => `127.0.1.${1 + (index % ADDRESSES)}`);
    await Promise.all(addresses.map((address) => halfAsk(port, address)));
    expect(await probe(port, '/healthz')).toBe(200);
    opened.push(await open());
  }

  expect(Math.max(...opened)).toBeLessThanOrEqual(100);
  answer(true);
  expect(await slow).toBe(200);
});
