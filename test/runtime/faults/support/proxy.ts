/** One member's way to the API server: sees each request, and does to it what it is told. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Server as HttpsServer, createServer, request } from 'node:https';
import { type AddressInfo, type Server, type Socket, createServer as createTcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Upstream } from '../../../../cluster/api-server';
import type { Certificate } from './certificate';
import type { Effect } from './faults';

export interface Disturbance {
  readonly effect: Effect;

  /** Of 100 requests. Whole connections are disturbed always. */
  readonly share: number;
  readonly onlyWrites: boolean;
}

export class FaultProxy {
  private readonly disturbances = new Set<Disturbance>();
  /** Those of TLS, once they have one: what is under them can be closed by them only. */
  private readonly sockets = new Set<Socket>();

  /** They have lost something, and no connection goes on after that. */
  private readonly spoilt = new Set<Socket>();
  private readonly https: HttpsServer;
  private readonly server: Server;

  /** @param percent a number from 0 to 99, another one each time */
  constructor(
    private readonly upstream: Upstream,
    certificate: Certificate,
    private readonly percent: () => number,
  ) {
    this.https = createServer(certificate, (asked, answer) => {
      this.take(asked, answer).catch(() => answer.destroy());
    });
    this.https.on('tlsClientError', (_, socket) => socket.destroy());
    this.https.on('secureConnection', (socket) => {
      this.keep(socket);
    });
    this.server = createTcpServer((socket) => {
      this.connect(socket);
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Begins it; the returned function ends it. */
  disturb(disturbance: Disturbance): () => void {
    this.disturbances.add(disturbance);
    if (disturbance.effect.does === 'cut') this.cut(this.sockets);
    if (disturbance.effect.does === 'half-open') for (const socket of this.sockets) this.spoilt.add(socket);
    return () => {
      this.disturbances.delete(disturbance);
      this.cut(this.spoilt);
    };
  }

  close(): void {
    this.server.close();
    this.cut(this.sockets);
  }

  private connect(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.does('cut')) socket.destroy();
    else if (this.does('half-open')) {
      this.keep(socket);
      this.spoilt.add(socket);
    } else this.https.emit('connection', socket);
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.spoilt.delete(socket);
    });
  }

  private async take(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await readAll(asked);
    const effect = this.effectOn(asked);
    switch (effect?.does) {
      case 'drop-requests':
        return;
      case 'half-open':
        return;
      case 'answer':
        answer.writeHead(effect.status, { 'content-type': 'application/json' });
        answer.end(JSON.stringify({ kind: 'Status', code: effect.status }));
        return;
      case 'delay-requests':
        // It arrives also when the client has given it up meanwhile: late writes are the point.
        await sleep(effect.ms);
    }
    const isWatch = new URL(asked.url ?? '', 'https://server').searchParams.has('watch');
    const given = await this.forward(asked, body, isWatch ? answer : undefined);
    if (effect?.does === 'drop-answers') {
      given.resume();
      return;
    }
    if (isWatch) return this.relayEvents(given, answer);
    const content = await readAll(given);
    if (effect?.does === 'delay-answers') await sleep(effect.ms);
    answer.writeHead(given.statusCode ?? 502, { 'content-type': 'application/json' }).end(content);
  }

  /** @param until whose end ends the request: that of a watch, which would go on for ever */
  private forward(asked: IncomingMessage, body: Buffer, until?: ServerResponse): Promise<IncomingMessage> {
    const { method, url: path, headers } = asked;
    const { authorization, accept, 'content-type': type } = headers;
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...this.upstream,
          method,
          path,
          headers: {
            authorization,
            accept,
            'user-agent': headers['user-agent'],
            ...(type !== undefined && { 'content-type': type, 'content-length': body.length }),
          },
        },
        resolve,
      );
      sent.on('error', reject);
      until?.on('close', () => sent.destroy());
      if (until?.destroyed) sent.destroy();
      sent.end(body);
    });
  }

  /** Line by line: an event comes whole, late, or never. */
  private async relayEvents(given: IncomingMessage, answer: ServerResponse): Promise<void> {
    answer.writeHead(given.statusCode ?? 502, { 'content-type': 'application/json' });
    answer.flushHeaders();
    let rest = '';
    for await (const chunk of given) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) await this.relay(line, answer);
    }
    answer.end();
  }

  private async relay(line: string, answer: ServerResponse): Promise<void> {
    if (this.does('lose-events') || this.does('half-open')) {
      if (answer.socket) this.spoilt.add(answer.socket);
      return;
    }
    const delay = this.find('delay-events');
    if (delay && 'ms' in delay) await sleep(delay.ms);
    answer.write(`${line}\n`);
  }

  private effectOn({ method }: IncomingMessage): Effect | undefined {
    const isHit = ({ share, onlyWrites }: Disturbance) =>
      this.percent() < share && !(onlyWrites && method === 'GET');
    return [...this.disturbances].find(isHit)?.effect;
  }

  private does(what: Effect['does']): boolean {
    return this.find(what) !== undefined;
  }

  private find(what: Effect['does']): Effect | undefined {
    return [...this.disturbances].find(({ effect }) => effect.does === what)?.effect;
  }

  private cut(sockets: ReadonlySet<Socket>): void {
    for (const socket of [...sockets]) socket.destroy();
  }
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
