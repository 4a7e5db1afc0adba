/** Each path of the HTTP interface, and the control socket, asked as the kubelet and people do. */
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Answers, type Health, serveAnswers, serveControl } from '../../runtime/http-interface';
import { cleanUp, eventually, temporaryFolder } from '../support/processes';
import { bodyOf, closeServers, listening } from './support/local-server';

afterAll(() => {
  closeServers();
  cleanUp();
});

const WELL: Health = {
  isWell: true,
  isReady: true,
  hasStarted: true,
  isAlive: () => Promise.resolve(true),
  isGood: true,
};
const dead = { isAlive: () => Promise.resolve(false) };

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly allow: string;
  readonly text: string;
}

async function ask(
  target: { port: number } | { socketPath: string },
  method: string,
  path: string,
): Promise<Reply> {
  const asked = request({ host: '127.0.0.1', ...target, method, path, agent: false }).end();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve);
    asked.once('error', reject);
  });
  const { statusCode = 0, headers } = answer;
  return {
    status: statusCode,
    type: headers['content-type'] ?? '',
    allow: headers.allow ?? '',
    text: await bodyOf(answer),
  };
}

async function portOf(answers: Partial<Answers>, health: Partial<Health> = {}): Promise<number> {
  const server = serveAnswers(
    { host: '127.0.0.1', port: 0 },
    {
      health: () => ({ ...WELL, ...health }),
      leader: () => ({ pod: 'app-0' }),
      metrics: () => Promise.resolve('a 1\n'),
      ...answers,
    },
  );
  await ready(server);
  return listening(server);
}

async function serving(health: Partial<Health> = {}, answers: Partial<Answers> = {}) {
  const port = await portOf(answers, health);
  return (path: string, method = 'GET') => ask({ port }, method, path);
}

/** Resolves with what comes until the other side ends. */
async function sentTo(port: number, text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.setEncoding('utf8').write(text);
  const chunks: string[] = [];
  for await (const chunk of socket) chunks.push(String(chunk));
  return chunks.join('');
}

async function ready(server: Server): Promise<void> {
  if (!server.listening) await once(server, 'listening');
}

describe('the health of the elector and its application', () => {
  const PATHS = ['/healthz', '/readyz', '/app/startup', '/app/liveness', '/app/readiness'];

  it.each<[string, Partial<Health>, readonly string[]]>([
    ['all is well', {}, PATHS],
    ['the gate would not be heard', { isWell: false, isReady: false }, PATHS.slice(2)],
    ['the Lease has not been read', { isReady: false }, PATHS.filter((path) => path !== '/readyz')],
    ['something starts', { hasStarted: false }, PATHS.filter((path) => path !== '/app/startup')],
    ['the application does not answer', dead, ['/healthz', '/readyz', '/app/startup']],
    ['the last start failed', { isGood: false }, PATHS.filter((path) => path !== '/app/readiness')],
  ])('when %s', async (_, health, good) => {
    const asking = await serving(health);
    const replies = await Promise.all(PATHS.map((path) => asking(path)));

    expect(replies.map(({ status }) => status)).toEqual(
      PATHS.map((path) => (good.includes(path) ? 200 : 503)),
    );
    expect(replies.map(({ text }) => text)).toEqual(
      PATHS.map((path) => (good.includes(path) ? 'ok\n' : 'no\n')),
    );
  });

  it('is asked for anew each time', async () => {
    let isWell = false;
    const asking = await serving({}, { health: () => ({ ...WELL, isWell }) });
    expect((await asking('/healthz')).status).toBe(503);
    isWell = true;

    expect((await asking('/healthz')).status).toBe(200);
  });

  it('does not ask the application when its last start failed', async () => {
    const isAlive = () => Promise.reject(new Error('it is not asked'));
    const asking = await serving({ isGood: false, isAlive });

    expect((await asking('/app/readiness')).status).toBe(503);
  });
});

it('the application is asked once for all who ask meanwhile, and anew for the next', async () => {
  const asked: ((isAlive: boolean) => void)[] = [];
  const isAlive = () => new Promise<boolean>((resolve) => asked.push(resolve));
  let came = 0;
  const health = () => {
    came += 1;
    return { ...WELL, isAlive };
  };
  const asking = await serving({}, { health });
  const replies = ['/app/liveness', '/app/readiness', '/app/liveness'].map((path) => asking(path));
  await eventually(() => came === 3, 'all of them');
  expect(asked).toHaveLength(1);
  asked[0]?.(false);
  expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([503, 503, 503]);

  const next = asking('/app/liveness');
  await eventually(() => asked.length === 2, 'another question');
  asked[1]?.(true);
  expect((await next).status).toBe(200);
});

it('a connection carries one question: what is sent behind it costs nothing', async () => {
  let count = 0;
  const port = await portOf({ metrics: () => Promise.resolve(`a ${(count += 1)}\n`) });
  const text = await sentTo(port, 'GET /metrics HTTP/1.1\r\nHost: elector\r\n\r\n'.repeat(1000));

  expect(text).toContain('a 1\n');
  expect(count).toBe(1);
});

it('a connection on which no whole question comes is ended', async () => {
  const port = await portOf({ promise: () => undefined });
  const parts = [
    '',
    'GET /healthz HTTP/1.1\r\n',
    'POST /promise HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n',
  ];
  const replies = await Promise.all(parts.map((part) => sentTo(port, part)));

  expect(replies.map((text) => text.split('\r\n')[0])).toEqual(Array(3).fill('HTTP/1.1 408 Request Timeout'));
}, 30_000);

it('/leader is JSON', async () => {
  const { status, type, text } = await (await serving())('/leader');

  expect([status, type, text]).toEqual([200, 'application/json', '{"pod":"app-0"}\n']);
});

it('/metrics is the text that Prometheus reads', async () => {
  const { status, type, text } = await (await serving())('/metrics');

  expect([status, type, text]).toEqual([200, 'text/plain; version=0.0.4', 'a 1\n']);
});

describe('a question of another member', () => {
  const asked = (port: number, body: string, signature?: string) =>
    fetch(`http://127.0.0.1:${port}/promise`, {
      method: 'POST',
      body,
      headers: signature === undefined ? {} : { 'cdk8s-ha-signature': signature },
    });

  it('is answered with what it is answered with, signed', async () => {
    const port = await portOf({
      promise: ({ body, signature }) => ({ body: `to ${body}`, signature: `after ${signature}` }),
    });
    const answer = await asked(port, 'question', 'ours');

    expect(answer.status).toBe(200);
    expect(answer.headers.get('cdk8s-ha-signature')).toBe('after ours');
    expect(await answer.text()).toBe('to question');
  });

  it.each([
    ['is not understood', 'question'],
    ['is longer than any', 'x'.repeat(5000)],
  ])('is refused if it %s', async (_, body) => {
    const port = await portOf({ promise: () => undefined });

    expect((await asked(port, body)).status).toBe(403);
  });

  it('is nothing to a member that knows of no outages', async () => {
    expect((await asked(await portOf({}), 'question')).status).toBe(404);
  });

  it('is nothing to read', async () => {
    const port = await portOf({ promise: () => undefined });

    expect(await ask({ port }, 'GET', '/promise')).toMatchObject({ status: 405, allow: 'POST' });
  });
});

it.each(['/', '/release', '/healthz/', '/constructor', '/leader?x=1'])('%s is not there', async (path) => {
  const asking = await serving();

  expect((await asking(path)).status).toBe(404);
  expect((await asking(path, 'POST')).status).toBe(404);
});

it.each(['POST', 'PUT', 'DELETE', 'HEAD'])('nothing is for %s', async (method) => {
  const asking = await serving();

  for (const path of ['/healthz', '/leader', '/metrics']) {
    expect(await asking(path, method)).toMatchObject({ status: 405, allow: 'GET' });
  }
});

describe('the control socket', () => {
  async function controlled(socketPath = join(temporaryFolder(), 'control.sock')) {
    const asked: number[] = [];
    const server = serveControl(socketPath, () => asked.push(1));
    await ready(server);
    await listening(server).catch(() => undefined);
    return { socketPath, asked };
  }

  it('takes a release', async () => {
    const { socketPath, asked } = await controlled();

    expect(await ask({ socketPath }, 'POST', '/release')).toMatchObject({ status: 202, text: '' });
    expect(asked).toEqual([1]);
  });

  it.each([
    ['GET', '/release', 405],
    ['POST', '/', 404],
    ['POST', '/leader', 404],
  ])('takes nothing else: %s %s', async (method, path, status) => {
    const { socketPath, asked } = await controlled();

    expect((await ask({ socketPath }, method, path)).status).toBe(status);
    expect(asked).toEqual([]);
  });

  it('takes the place of what a former process has left', async () => {
    const socketPath = join(temporaryFolder(), 'control.sock');
    writeFileSync(socketPath, '');
    await controlled(socketPath);

    expect(existsSync(socketPath)).toBe(true);
    expect((await ask({ socketPath }, 'POST', '/release')).status).toBe(202);
  });
});
