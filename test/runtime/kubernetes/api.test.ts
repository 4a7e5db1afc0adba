/** Requests over real TLS to a real server: what is sent, and what becomes of answers that are late, cut or none. */
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { Api, type ApiParts, type Call, JSON_PATCH } from '../../../runtime/kubernetes/api';
import { Budget } from '../../../runtime/kubernetes/budget';
import type { Outcome } from '../../../runtime/kubernetes/outcome';
import { cleanUp, eventually, temporaryFolder } from '../../support/processes';
import { selfSigned } from '../support/certificate';
import { bodyOf, closeServers, listening, secureServer } from '../support/local-server';

afterAll(() => {
  closeServers();
  cleanUp();
});

/** Never met where an answer comes. */
const LONG = 60_000;

const GET: Call = { method: 'GET', path: '/apis/x', timeout: LONG };

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const answering =
  (status: number, text: string): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  };

describe('a call', () => {
  it('says who it is from, and what is wanted', async () => {
    const seen: { headers?: IncomingHttpHeaders; line?: string; body?: string } = {};
    const { api } = await secureServer((request, response) => {
      seen.headers = request.headers;
      seen.line = `${request.method ?? ''} ${request.url ?? ''}`;
      void bodyOf(request).then((body) => {
        seen.body = body;
        response.end('{}');
      });
    });
    await api.call({
      method: 'PATCH',
      path: '/a?b=1',
      contentType: JSON_PATCH,
      body: [{ op: 'é' }],
      timeout: LONG,
    });

    expect(seen.line).toBe('PATCH /a?b=1');
    expect(seen.body).toBe('[{"op":"é"}]');
    expect(seen.headers).toMatchObject({
      authorization: 'Bearer a-token',
      'content-type': 'application/json-patch+json',
      accept: 'application/json',
      'user-agent': 'cdk8s-ha-runtime',
    });
  });

  it('has no type when it has no body', async () => {
    let headers: IncomingHttpHeaders = {};
    const { api } = await secureServer((request, response) => {
      headers = request.headers;
      response.end('{}');
    });
    await api.call(GET);

    expect(headers).not.toHaveProperty('content-type');
  });

  it.each([
    [200, '{"kind":"Lease"}', { kind: 'Lease' }],
    [201, '[1]', [1]],
    [404, '{"kind":"Status","metadata":{}}', { kind: 'Status', metadata: {} }],
    [409, '{"code":409}', { code: 409 }],
    [429, 'Too many requests, please try again later.\n', undefined],
    [500, '', undefined],
    [503, '<html>', undefined],
  ])('resolves with the status %i and what it says: %s', async (status, text, body) => {
    const { api } = await secureServer(answering(status, text));

    expect(await api.call(GET)).toEqual({ status, body });
  });

  it('puts together what comes in pieces, also within a character', async () => {
    const text = Buffer.from(JSON.stringify({ name: 'größer' }));
    const { api } = await secureServer((_, response) => {
      response.writeHead(200);
      const send = (from: number): void => {
        if (from === text.length) response.end();
        else response.write(text.subarray(from, from + 1), () => setImmediate(send, from + 1));
      };
      send(0);
    });

    expect(await api.call(GET)).toEqual({ status: 200, body: { name: 'größer' } });
  });

  it('uses a connection again', async () => {
    let connections = 0;
    const { api, server } = await secureServer(answering(200, '{}'));
    server.on('secureConnection', () => (connections += 1));
    await api.call(GET);
    await api.call(GET);

    expect(connections).toBe(1);
  });

  it.each<[string, Handler]>([
    ['nothing comes', () => undefined],
    ['the head comes, and no body', (_, response) => response.writeHead(200).flushHeaders()],
    ['the body begins, and does not end', (_, response) => response.writeHead(200).write('{"a"')],
  ])('is over in time when %s, and leaves no connection', async (_, handler) => {
    const { api, server } = await secureServer(handler);
    let open = 0;
    server.on('secureConnection', (socket: TLSSocket) => {
      open += 1;
      socket.once('close', () => (open -= 1));
    });

    await expect(api.call({ ...GET, timeout: 100 })).rejects.toThrow('no answer within 100 ms');
    await eventually(() => open === 0, 'the end of the connection');
  });

  it.each<[string, Handler]>([
    ['before the head', (request) => request.socket.destroy()],
    [
      'in the middle of the body',
      (request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"kind":', () => request.socket.destroy());
      },
    ],
  ])('rejects when the connection is cut %s', async (_, handler) => {
    const { api } = await secureServer(handler);

    await expect(api.call(GET)).rejects.toThrow(/hang up|aborted|ECONNRESET/);
  });

  it('rejects when nobody listens', async () => {
    const { api, server } = await secureServer(() => undefined);
    server.close();
    await once(server, 'close');

    await expect(api.call(GET)).rejects.toThrow('ECONNREFUSED');
  });

  it('does not speak to a server that the authority does not vouch for', async () => {
    let asked = 0;
    const { api, credentials } = await secureServer(() => (asked += 1));
    writeFileSync(join(credentials, 'ca.crt'), selfSigned().cert);

    await expect(api.call(GET)).rejects.toThrow(/self-signed|certificate|signature/);
    expect(asked).toBe(0);
  });

  it('reads the token anew, for it expires', async () => {
    const tokens: (string | undefined)[] = [];
    const { api, credentials } = await secureServer((request, response) => {
      tokens.push(request.headers.authorization);
      response.end('{}');
    });
    await api.call(GET);
    writeFileSync(join(credentials, 'token'), 'another\n');
    await api.call(GET);

    expect(tokens).toEqual(['Bearer a-token', 'Bearer another']);
  });

  it('rejects without credentials', async () => {
    const api = new Api({ host: '127.0.0.1', port: 1, credentials: temporaryFolder() });

    await expect(api.call(GET)).rejects.toThrow('ENOENT');
  });

  it.each<[string, (credentials: string) => void, RegExp]>([
    ['the token is missing', (folder) => rmSync(join(folder, 'token')), /ENOENT/],
    ['the token is empty', (folder) => writeFileSync(join(folder, 'token'), '\n'), /token in \S+ is empty/],
    [
      'the certificate is empty',
      (folder) => writeFileSync(join(folder, 'ca.crt'), ''),
      /ca\.crt in \S+ is empty/,
    ],
  ])('goes on with what was read last while %s, and says so', async (_, spoil, reason) => {
    const unreadable: string[] = [];
    const onUnreadable = (reason: string) => unreadable.push(reason);
    const tokens: (string | undefined)[] = [];
    const { api, credentials } = await secureServer(
      (request, response) => {
        tokens.push(request.headers.authorization);
        response.end('{}');
      },
      { onUnreadable },
    );
    await api.call(GET);
    expect(unreadable).toEqual([]);
    spoil(credentials);
    await api.call(GET);

    expect(tokens).toEqual(['Bearer a-token', 'Bearer a-token']);
    expect(unreadable).toEqual([expect.stringMatching(reason)]);
  });
});

describe('connections', () => {
  async function counted(handler: Handler) {
    const local = await secureServer(handler);
    const open = new Set<TLSSocket>();
    let made = 0;
    local.server.on('secureConnection', (socket: TLSSocket) => {
      made += 1;
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
    return { ...local, open, made: () => made };
  }

  it('are new for what needs one that lives, and those that nobody uses are given up', async () => {
    const { api, open, made } = await counted(answering(200, '{}'));
    await Promise.all([api.call(GET), api.call(GET)]);
    expect(made()).toBe(2);
    await api.call({ ...GET, fresh: true });

    expect(made()).toBe(3);
    await eventually(() => open.size === 0, 'the end of all connections');
  });

  it('are not used again when a request on another one was not answered', async () => {
    let isSilent = false;
    const { api, made } = await counted((_, response) => {
      if (!isSilent) response.end('{}');
    });
    await Promise.all([api.call(GET), api.call(GET)]);
    isSilent = true;
    await expect(api.call({ ...GET, timeout: 50 })).rejects.toThrow('no answer');
    isSilent = false;
    await api.call(GET);

    expect(made()).toBe(3);
  });

  it.each<[string, (api: Api) => void]>([
    ['idle ones', (api) => void api.call(GET)],
    ['those of watches', (api) => void api.watch('/w', LONG, WATCHER)],
  ])('are looked after by the kernel: %s', async (_, use) => {
    let port = 0;
    const { api } = await secureServer(({ socket, url }, response) => {
      port = socket.remotePort ?? 0;
      response.writeHead(200).flushHeaders();
      if (url !== '/w') response.end('{}');
    });
    use(api);

    await eventually(() => keepAliveTimer(port), 'a keep-alive timer');
    expect(keepAliveTimer(port)).toBe(true);
  });
});

const WATCHER = { onOpen: () => undefined, onLine: () => undefined, onEnd: () => undefined };

/** Whether the kernel's timer of the connection from this port is that of keep-alive (column `tr` of /proc/net/tcp). */
function keepAliveTimer(port: number): boolean {
  const from = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  return lines.some((line) => {
    const [, local, , , , timer] = line.trim().split(/\s+/);
    return local === from && timer?.startsWith('02:') === true;
  });
}

describe('what became of it', () => {
  const told = async (handler: Handler, use: (api: Api) => Promise<unknown>, parts: ApiParts = {}) => {
    const outcomes: Outcome[] = [];
    const { api } = await secureServer(handler, { ...parts, onOutcome: (outcome) => outcomes.push(outcome) });
    await use(api).catch(() => undefined);
    return outcomes;
  };
  const LEASE = '/apis/coordination.k8s.io/v1/namespaces/ns/leases/app';
  const POD = '/api/v1/namespaces/ns/pods/app-0';

  it.each([
    [200, '{}', ''],
    [403, '{"message":"leases is forbidden"}', 'leases is forbidden'],
    [503, '<html>', ''],
  ])('is told with the status %i, and what the API server says', async (code, text, says) => {
    const outcomes = await told(answering(code, text), (api) => api.call({ ...GET, path: LEASE }));

    expect(outcomes).toEqual([
      { verb: 'get', resource: 'leases', namespace: 'ns', code, says, isTested: false },
    ]);
  });

  it.each<[string, Handler, Partial<Call>]>([
    ['timeout', () => undefined, { timeout: 50 }],
    ['connection', (request) => request.socket.destroy(), {}],
  ])('is told when there is no answer: %s', async (code, handler, call) => {
    const outcomes = await told(handler, (api) =>
      api.call({ ...GET, method: 'PATCH', contentType: JSON_PATCH, body: [], path: LEASE, ...call }),
    );

    expect(outcomes).toEqual([
      expect.objectContaining({ verb: 'patch', resource: 'leases', code, isTested: true }),
    ]);
  });

  it('is told of a server that the authority does not vouch for, and of missing credentials', async () => {
    const { credentials, server } = await secureServer(answering(200, '{}'));
    writeFileSync(join(credentials, 'ca.crt'), selfSigned().cert);
    const codes: unknown[] = [];
    const port = await listening(server);
    for (const folder of [credentials, temporaryFolder()]) {
      const parts = { onOutcome: ({ code }: Outcome) => codes.push(code) };
      const api = new Api({ host: '127.0.0.1', port, credentials: folder }, parts);
      await expect(api.call(GET)).rejects.toThrow(/\w/);
    }

    expect(codes).toEqual(['tls', 'credentials']);
  });

  it('is nothing that reaches the API server when this elector has asked enough', async () => {
    let asked = 0;
    const none = { burst: 1, perMinute: 0 };
    const budget = new Budget({ endpointslices: none, pods: none, events: none, watches: none }, () => 0);
    const outcomes = await told(
      (_, response) => {
        asked += 1;
        response.end('{}');
      },
      async (api) => {
        await api.call({ ...GET, path: POD });
        await api.call({ ...GET, path: POD });
      },
      { budget },
    );

    expect(asked).toBe(1);
    expect(outcomes.map(({ code }) => code)).toEqual([200, 'budget']);
  });

  it('is told of a watch when it stands, or does not', async () => {
    const opened = (handler: Handler) =>
      told(
        handler,
        (api) => new Promise((resolve) => api.watch(LEASE, LONG, { ...WATCHER, onEnd: resolve })),
      );

    expect(await opened((_, response) => response.end('{}\n'))).toMatchObject([
      { verb: 'watch', resource: 'leases', code: 200 },
    ]);
    expect(await opened(answering(403, '{}'))).toMatchObject([{ verb: 'watch', code: 403 }]);
    expect(await opened((request) => request.socket.destroy())).toMatchObject([{ code: 'connection' }]);
  });
});

describe('a watch', () => {
  it('ends, and throws nothing, without credentials', async () => {
    const api = new Api({ host: '127.0.0.1', port: 1, credentials: temporaryFolder() });
    const reason = await new Promise((resolve) => api.watch('/w', LONG, { ...WATCHER, onEnd: resolve }));

    expect(reason).toContain('ENOENT');
  });

  /** What is told, until the end. */
  async function told(handler: Handler, timeout = LONG): Promise<readonly string[]> {
    const { api } = await secureServer(handler);
    const said: string[] = [];
    await new Promise<void>((resolve) => {
      api.watch('/w', timeout, {
        onOpen: () => said.push('open'),
        onLine: (line) => said.push(line),
        onEnd: (reason) => {
          said.push(`end: ${reason}`);
          resolve();
        },
      });
    });
    return said;
  }

  it('tells each line, however it comes, and the end', async () => {
    const said = await told((_, response) => {
      response.writeHead(200);
      response.write('{"a":1}\n{"b"', () => response.write(':2}\n', () => response.end()));
    });

    expect(said).toEqual(['open', '{"a":1}', '{"b":2}', 'end: closed']);
  });

  it('has opened with the head, before anything has happened', async () => {
    const said: string[] = [];
    const { api } = await secureServer((_, response) => response.writeHead(200).flushHeaders());
    const stop = api.watch('/w', LONG, {
      onOpen: () => said.push('open'),
      onLine: (line) => said.push(line),
      onEnd: (reason) => said.push(reason),
    });
    await eventually(() => said.length > 0, 'an open watch');
    stop();

    expect(said).toEqual(['open', 'not wanted any more']);
  });

  it.each([403, 410, 500])('ends with the status %i', async (status) => {
    expect(await told(answering(status, '{}'))).toEqual([`end: status ${status}`]);
  });

  it('ends when nothing comes in time', async () => {
    expect(await told(() => undefined, 100)).toEqual(['end: no answer']);
  });

  it('ends once when the connection is cut', async () => {
    const said = await told((request, response) => {
      response.writeHead(200);
      response.write('{}\n', () => request.socket.destroy());
    });

    expect(said.slice(0, 2)).toEqual(['open', '{}']);
    expect(said.slice(2)).toEqual([expect.stringMatching(/^end: (aborted|closed)$/)]);
  });

  it('ends when nobody listens', async () => {
    expect(await told((request) => request.socket.destroy())).toEqual([
      expect.stringMatching(/^end: .*hang up/),
    ]);
  });

  it('ends when it is not wanted any more, and tells nothing more', async () => {
    const said: string[] = [];
    let isGone = false;
    const { api } = await secureServer((request, response) => {
      request.once('close', () => (isGone = true));
      response.writeHead(200).write('{"first":1}\n{"second":2}\n');
    });
    const stop = api.watch('/w', LONG, {
      onOpen: () => said.push('open'),
      onLine: (line) => {
        said.push(line);
        stop();
      },
      onEnd: (reason) => said.push(reason),
    });
    await eventually(() => isGone, 'the end of the connection');
    stop();

    expect(said).toEqual(['open', '{"first":1}', 'not wanted any more']);
  });
});
