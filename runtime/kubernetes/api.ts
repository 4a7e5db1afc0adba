/** Requests to the API server with the pod's own account: six kinds of call need no client library in every pod. */
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ApiServer {
  readonly host: string;
  readonly port: number;

  /** Folder with `token` and `ca.crt`, read for each request since both are renewed. */
  readonly credentials: string;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;

  /** @default 'application/json' */
  readonly contentType?: string;

  /** Milliseconds for all of it. */
  readonly timeout: number;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export interface WatchHandlers {
  /** The watch stands: what happens from now on is told. */
  readonly onOpen: () => void;
  readonly onLine: (line: string) => void;

  /** Once, for whatever reason. */
  readonly onEnd: (reason: string) => void;
}

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';

/** The kernel's first look at a silent connection. */
const KEEP_ALIVE_MS = 10_000;

const USER_AGENT = 'cdk8s-ha-runtime';

export class Api {
  private readonly agent = new Agent({ keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS });

  constructor(private readonly server: ApiServer) {}

  /** The answer, whatever its status. Rejects when there is none in time. */
  call({ method, path, body, contentType = 'application/json', timeout }: Call): Promise<Reply> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = text === undefined ? {} : { 'content-type': contentType };
    return new Promise((resolve, reject) => {
      const asked = this.send(method, path, headers, (answer) => {
        readAll(answer).then((answered) => {
          clearTimeout(timer);
          resolve({ status: answer.statusCode ?? 0, body: parsed(answered) });
        }, fail);
      });
      const fail = (error: Error) => {
        clearTimeout(timer);
        reject(error);
      };
      const timer = setTimeout(() => {
        asked.destroy(new Error(`no answer within ${timeout} ms`));
      }, timeout);
      asked.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      asked.end(text);
    });
  }

  /** A stream of lines; the returned function ends it. The first must come, or the status be told, within the timeout. */
  watch(path: string, timeout: number, { onOpen, onLine, onEnd }: WatchHandlers): () => void {
    let isOver = false;
    const end = (reason: string) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      asked.destroy();
      onEnd(reason);
    };
    const asked = this.send('GET', path, {}, (answer) => {
      clearTimeout(timer);
      if (answer.statusCode !== 200) return end(`status ${answer.statusCode ?? 0}`);
      onOpen();
      const lines = createInterface({ input: answer });
      lines.on('line', (line) => {
        if (!isOver) onLine(line);
      });
      lines.on('close', () => end('closed'));
      // It passes on what goes wrong with the stream, and would throw it without a listener.
      lines.on('error', (error: Error) => end(error.message));
    });
    const timer = setTimeout(() => end('no answer'), timeout);
    asked.on('error', (error) => end(error.message));
    asked.end();
    return () => end('not wanted any more');
  }

  private send(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    onAnswer: (answer: IncomingMessage) => void,
  ): ClientRequest {
    const { host, port, credentials } = this.server;
    const token = readFileSync(join(credentials, 'token'), 'utf8').trim();
    const ca = readFileSync(join(credentials, 'ca.crt'));
    return httpsRequest(
      {
        host,
        port,
        ca,
        method,
        path,
        agent: this.agent,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'user-agent': USER_AGENT,
          ...headers,
        },
      },
      onAnswer,
    );
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
