/** Requests over real TLS to a real server: what is sent, and what becomes of answers that are late, cut or none. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { Api, type Call, JSON_PATCH } from '../../../runtime/kubernetes/api';
import { cleanUp, eventually, temporaryFolder } from '../../support/processes';
import { selfSigned } from '../support/certificate';
import { bodyOf, closeServers, secureServer } from '../support/local-server';

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

    await expect(api.call({ ...GET, timeout: 100 })).rejects.toThrow(/no answer within 100 ms|aborted/);
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
});

describe('a watch', () => {
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
