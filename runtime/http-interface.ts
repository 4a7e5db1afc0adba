/** What an elector says over HTTP on the pod's address, and the socket in the pod on which it can be told to give up. */
import { rmSync } from 'node:fs';
import {
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  createServer,
} from 'node:http';
import { limitConnections } from './connection-limit';
import { PROMISE_PATH, SIGNATURE_HEADER, type Signed, readSigned } from './peers';

export interface Health {
  /** The loop turns, and the gate would be heard. */
  readonly isWell: boolean;

  /** Well, and the Lease has been read: what would keep this member from ever leading keeps a roll-out from going on. */
  readonly isReady: boolean;

  /** Nothing starts, or it has answered. */
  readonly hasStarted: boolean;

  /** Nothing runs; or it starts in time; or it answers. */
  readonly isAlive: () => Promise<boolean>;

  /** The last start here did not fail. */
  readonly isGood: boolean;
}

export interface Answers {
  readonly health: () => Health;

  /** Who leads, since when, with which token. */
  readonly leader: () => object;
  readonly metrics: () => Promise<string>;

  /** To a question of another member; undefined if it does not come from one. Without it nobody may ask. */
  readonly promise?: (question: Signed) => Signed | undefined;
}

type Handler = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

/** Whoever reaches the port may ask: one question a connection, whole within some seconds, on so many connections. */
const TIMEOUTS = { headersTimeout: 3000, requestTimeout: 3000, connectionsCheckingInterval: 1000 };
const MOST_QUESTIONS = 1;
const MOST_CONNECTIONS = 100;

/** By path and method. */
type Paths = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

export function serveAnswers({ host, port }: { host: string; port: number }, answers: Answers): Server {
  const status = (isGood: (health: Health) => boolean | Promise<boolean>): Handler => {
    return async (response) => {
      const good = await isGood(answers.health());
      response.writeHead(good ? 200 : 503, { 'content-type': 'text/plain' }).end(good ? 'ok\n' : 'no\n');
    };
  };
  // Who asks after the application meanwhile gets the answer to what it is asked already.
  let alive: Promise<boolean> | undefined;
  const isAlive = (health: Health) => (alive ??= health.isAlive().finally(() => (alive = undefined)));
  const readable: Readonly<Record<string, Handler>> = {
    '/healthz': status(({ isWell }) => isWell),
    '/readyz': status(({ isReady }) => isReady),
    '/app/startup': status(({ hasStarted }) => hasStarted),
    '/app/liveness': status(isAlive),
    '/app/readiness': status(async (health) => health.isGood && (await isAlive(health))),
    '/leader': (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify(answers.leader())}\n`);
    },
    '/metrics': async (response) => {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(await answers.metrics());
    },
  };
  const paths = Object.fromEntries(Object.entries(readable).map(([path, GET]) => [path, { GET }]));
  const { promise } = answers;
  const asked = promise && { [PROMISE_PATH]: { POST: promising(promise) } };
  const server = createServer(TIMEOUTS, listenerOf({ ...paths, ...asked }));
  server.maxRequestsPerSocket = MOST_QUESTIONS;
  limitConnections(server, MOST_CONNECTIONS);
  return server.listen(port, host);
}

/** 403 says nothing of why: who has the key knows. */
function promising(promise: (question: Signed) => Signed | undefined): Handler {
  return async (response, request) => {
    const answer = await readSigned(request)
      .then(promise)
      .catch(() => undefined);
    if (answer === undefined) response.writeHead(403).end();
    else response.writeHead(200, { [SIGNATURE_HEADER]: answer.signature }).end(answer.body);
  };
}

/** In the pod only: over the network nobody takes the lead away. */
export function serveControl(socket: string, release: () => void): Server {
  rmSync(socket, { force: true });
  const POST: Handler = (response) => {
    release();
    response.writeHead(202).end();
  };
  return createServer(listenerOf({ '/release': { POST } })).listen(socket);
}

function listenerOf(paths: Paths): RequestListener {
  return (request, response) => {
    const methods = new Map(Object.entries(paths)).get(request.url ?? '');
    const handler = new Map(Object.entries(methods ?? {})).get(request.method ?? '');
    if (methods === undefined) response.writeHead(404).end();
    else if (handler === undefined) response.writeHead(405, { allow: Object.keys(methods).join() }).end();
    else void handler(response, request);
  };
}
