/** Whether an application answers: asked over real connections. */
import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import { type Server, type Socket, createServer as createTcpServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { answers, connectionEnd } from '../../runtime/app-check';
import { Running, cleanUp, eventually } from '../support/processes';
import { closeServers, listening } from './support/local-server';

afterAll(() => {
  closeServers();
  cleanUp();
});

/** Not met where an answer comes. */
const LONG = 4000;

async function over(listener: RequestListener): Promise<URL> {
  return new URL(`http://127.0.0.1:${await listening(createServer(listener))}/health?x=1`);
}

it.each([
  [200, true],
  [204, true],
  [299, true],
  [199, false],
  [300, false],
  [404, false],
  [503, false],
])('over HTTP, %i is %p', async (status, expected) => {
  const url = await over((_, response) => {
    // Node takes a status below 200 for the head of another.
    if (status < 200) response.socket?.end('HTTP/1.1 600 Odd\r\n\r\n');
    else response.writeHead(status).end();
  });

  expect(await answers(url, LONG)).toBe(expected);
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1');
const describeIpv6 = hasIpv6 ? describe : describe.skip;

describeIpv6('an address of IPv6', () => {
  it('is asked like another', async () => {
    const server = createServer((_, response) => response.end());
    const port = await listening(server, '::1');

    expect(await answers(new URL(`http://[::1]:${port}/`), LONG)).toBe(true);
    expect(await answers(new URL(`tcp://[::1]:${port}`), LONG)).toBe(true);
    closeServers();
    expect(await connectionEnd(new URL(`tcp://[::1]:${port}`), LONG)).toBe(true);
    expect(await answers(new URL(`tcp://[::1]:${port}`), LONG)).toBe(false);
  });
});

it('over HTTP, the path is asked for with GET', async () => {
  let line = '';
  const url = await over((request, response) => {
    line = `${request.method ?? ''} ${request.url ?? ''}`;
    response.end();
  });
  await answers(url, LONG);

  expect(line).toBe('GET /health?x=1');
});

it('over HTTP, the head is enough, and the connection is not kept', async () => {
  let isClosed = false;
  const url = await over((request, response) => {
    request.socket.once('close', () => (isClosed = true));
    response.writeHead(200).write('and so on');
  });

  expect(await answers(url, LONG)).toBe(true);
  await eventually(() => isClosed, 'the end of the connection');
});

it.each<[string, RequestListener]>([
  ['says nothing', () => undefined],
  ['hangs up', (request) => request.socket.destroy()],
  ['says something else', (request) => request.socket.end('220 mail.example\r\n')],
])('over HTTP, an application that %s does not answer', async (_, listener) => {
  expect(await answers(await over(listener), 200)).toBe(false);
});

it('over HTTP, an application that drips its head does not answer', async () => {
  const url = await over((request) => {
    const drip = setInterval(() => request.socket.write('H'), 20);
    request.socket.once('close', () => clearInterval(drip));
    request.socket.once('error', () => undefined);
  });

  expect(await answers(url, 200)).toBe(false);
});

it('over TCP, a connection is enough, and is given up at once', async () => {
  const server = createTcpServer();
  const port = await tcpListening(server);
  const connection = new Promise<Socket>((resolve) => server.once('connection', resolve));

  expect(await answers(new URL(`tcp://127.0.0.1:${port}`), LONG)).toBe(true);
  const socket = await connection;
  socket.resume();
  await once(socket, 'close');
  server.close();
});

it.each(['tcp', 'http'])('over %s, nobody at the port is no answer', async (protocol) => {
  const server = createTcpServer();
  const port = await tcpListening(server);
  server.close();
  await once(server, 'close');

  expect(await answers(new URL(`${protocol}://127.0.0.1:${port}/`), LONG)).toBe(false);
});

it('over TCP, an application that hangs, and whose queue is full, does not answer', async () => {
  const program = `
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, server.address().port + '\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const application = new Running([process.execPath, '-e', program], {});
  await application.printed('\n');
  const url = new URL(`tcp://127.0.0.1:${application.stdout.trim()}`);
  // The kernel takes a few for it.
  const results = [];
  for (let index = 0; index < 4; index += 1) results.push(await answers(url, 200));

  expect(results.at(-1)).toBe(false);
});

it.each<[string, (socket: Socket) => void]>([
  ['closed', (socket) => socket.end('bye\n')],
  ['reset', (socket) => socket.resetAndDestroy()],
])('an idle connection that is %s has ended', async (_, end) => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    end(socket);
  });
  const url = new URL(`tcp://127.0.0.1:${await tcpListening(server)}`);

  expect(await connectionEnd(url, LONG)).toBe(true);
  server.close();
});

it('an idle connection that cannot be made has ended', async () => {
  const server = createTcpServer();
  const port = await tcpListening(server);
  server.close();
  await once(server, 'close');

  expect(await connectionEnd(new URL(`http://127.0.0.1:${port}/health`), LONG)).toBe(true);
});

it('an idle connection that stays has not ended, and is given up after its time', async () => {
  const server = createTcpServer();
  const url = new URL(`tcp://127.0.0.1:${await tcpListening(server)}`);
  const connection = new Promise<Socket>((resolve) => server.once('connection', resolve));

  expect(await connectionEnd(url, 100)).toBe(false);
  const socket = await connection;
  socket.resume();
  await once(socket, 'close');
  server.close();
});

it('an idle connection that ends while this process hangs has ended, also when its time is over then', async () => {
  const server = createTcpServer();
  const url = new URL(`tcp://127.0.0.1:${await tcpListening(server)}`);
  const connection = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const ended = connectionEnd(url, 200);
  (await connection).destroy();
  hang(400);

  expect(await ended).toBe(true);
  server.close();
});

/** Nothing of this process goes on meanwhile. */
function hang(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

async function tcpListening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it listens on a port');
  return address.port;
}
