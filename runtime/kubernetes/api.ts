/** Requests to the API server with the pod's own account: six kinds of call need no client library in every pod. */
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import type { Budget } from './budget';
import { Connections } from './connections';
import { Credentials } from './credentials';
import { NoAnswer, type Outcome, type Target, kindOf, messageOf, noAnswer, targetOf } from './outcome';
import { OpenWatches, type WatchEnd } from './open-watches';

export interface ApiServer {
  readonly host: string;
  readonly port: number;

  /** Folder with `token` and `ca.crt`, read for each request since both are renewed. */
  readonly credentials: string;
}

export interface ApiParts {
  /** Undefined: without a limit. */
  readonly budget?: Budget;

  /** Told of each request, when it is over, and of each watch, when it opens or does not. */
  readonly onOutcome?: (outcome: Outcome) => void;

  /** Told of each watch that had opened. */
  readonly onWatchEnd?: (resource: string, end: WatchEnd) => void;

  /** The account's files cannot be read, and what was read last has to do. */
  readonly onUnreadable?: (reason: string) => void;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;

  /** @default 'application/json' */
  readonly contentType?: string;

  /** Milliseconds for all of it. */
  readonly timeout: number;

  /** Whether it has a new connection, since those that there are may be dead. @default false */
  readonly fresh?: boolean;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

interface WatchHandlers {
  /** The watch stands: what happens from now on is told. */
  readonly onOpen: () => void;
  readonly onLine: (line: string) => void;

  /** Once, for whatever reason. */
  readonly onEnd: (reason: string) => void;
}

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';

const USER_AGENT = 'cdk8s-ha-runtime';

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly fresh: boolean;
}

export class Api {
  readonly watches: OpenWatches;
  private readonly connections = new Connections();
  private readonly credentials: Credentials;

  constructor(
    private readonly server: ApiServer,
    private readonly parts: ApiParts = {},
  ) {
    this.watches = new OpenWatches((resource, end) => parts.onWatchEnd?.(resource, end));
    this.credentials = new Credentials(server.credentials, (error) =>
      parts.onUnreadable?.(noAnswer(error).message),
    );
  }

  /** The answer, whatever its status. Rejects when there is none in time. */
  async call(call: Call): Promise<Reply> {
    const { method, path, contentType } = call;
    const told = { ...targetOf(method, path), isTested: contentType === JSON_PATCH };
    try {
      this.spend(told);
      const reply = await this.exchange(call);
      this.parts.onOutcome?.({ ...told, code: reply.status, says: messageOf(reply.body) });
      return reply;
    } catch (error) {
      throw this.failed(told, error);
    }
  }

  /**
   * A stream of lines on a connection of its own; the returned function ends it, for the reason given. The first must
   * come, or the status be told, within the timeout.
   */
  watch(path: string, timeout: number, handlers: WatchHandlers): (reason?: string) => void {
    const told = { ...targetOf('GET', path, true), isTested: false };
    let asked: ClientRequest | undefined;
    let isOver = false;
    const end = (reason: string) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      asked?.destroy();
      handlers.onEnd(reason);
    };
    const fail = (error: unknown) => {
      if (!isOver) end(this.failed(told, error).message);
    };
    const onAnswer = (answer: IncomingMessage) => {
      clearTimeout(timer);
      const code = answer.statusCode ?? 0;
      this.parts.onOutcome?.({ ...told, code, says: '' });
      if (code !== 200) {
        end(`status ${code}`);
        return;
      }
      handlers.onOpen();
      const lines = createInterface({ input: answer });
      lines.on('line', (line) => {
        if (!isOver) handlers.onLine(line);
      });
      lines.on('close', () => end('closed'));
      // It passes on what goes wrong with the stream, and would throw it without a listener.
      lines.on('error', (error: Error) => end(error.message));
    };
    const timer = setTimeout(() => fail(new NoAnswer('timeout', 'no answer')), timeout);
    // Nobody is told of an end before there is something that could have ended.
    setImmediate(() => {
      if (isOver) return;
      try {
        this.spend(told);
        asked = this.send({ method: 'GET', path, fresh: true }, onAnswer).on('error', fail);
        asked.end();
      } catch (error) {
        fail(error);
      }
    });
    return (reason = 'not wanted any more') => {
      end(reason);
    };
  }

  private exchange({ method, path, body, contentType, timeout, fresh = false }: Call): Promise<Reply> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = text === undefined ? {} : { 'content-type': contentType ?? 'application/json' };
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        settle();
      };
      const asked = this.send({ method, path, headers, fresh }, (answer) => {
        readAll(answer).then(
          (answered) => end(() => resolve({ status: answer.statusCode ?? 0, body: parsed(answered) })),
          (error: unknown) => end(() => reject(late ?? noAnswer(error))),
        );
      });
      let late: NoAnswer | undefined;
      const timer = setTimeout(() => {
        late = new NoAnswer('timeout', `no answer within ${timeout} ms`);
        asked.destroy(late);
      }, timeout);
      asked.on('error', (error) => end(() => reject(error)));
      asked.end(text);
    });
  }

  private send(
    { method, path, headers, fresh }: Sent,
    onAnswer: (answer: IncomingMessage) => void,
  ): ClientRequest {
    const { host, port } = this.server;
    const { token, ca } = this.account();
    if (fresh) this.connections.dropIdle();
    const request = httpsRequest(
      {
        host,
        port,
        ca,
        method,
        path,
        agent: this.connections.agent(fresh),
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'user-agent': USER_AGENT,
          ...headers,
        },
      },
      onAnswer,
    );
    this.connections.lookAfter(request);
    return request;
  }

  private account() {
    try {
      return this.credentials.read();
    } catch (error) {
      throw noAnswer(error, 'credentials');
    }
  }

  private spend(target: Target): void {
    const kind = kindOf(target);
    if (kind === undefined || this.parts.budget?.take(kind) !== false) return;
    throw new NoAnswer('budget', `this elector has asked enough about ${kind} for now`);
  }

  /** What was not answered says something of the connections that nobody uses at the moment, too. */
  private failed(told: Omit<Outcome, 'code' | 'says'>, error: unknown): NoAnswer {
    const failure = noAnswer(error);
    if (failure.trouble === 'timeout' || failure.trouble === 'connection') this.connections.dropIdle();
    this.parts.onOutcome?.({ ...told, code: failure.trouble, says: failure.message });
    return failure;
  }
}

async function readAll(answer: IncomingMessage): Promise<string> {
  const chunks: string[] = [];
  answer.setEncoding('utf8');
  for await (const chunk of answer) chunks.push(String(chunk));
  return chunks.join('');
}

/** What is not JSON comes from a proxy in between, and is of no use but for its status. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
