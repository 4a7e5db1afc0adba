/** What an elector says over HTTP on the pod's address, and the socket in the pod on which it can be told to give up. */
import { rmSync } from 'node:fs';
import { type RequestListener, type Server, type ServerResponse, createServer } from 'node:http';

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
}

type Handler = (response: ServerResponse) => void | Promise<void>;

export function serveAnswers({ host, port }: { host: string; port: number }, answers: Answers): Server {
  const status = (isGood: (health: Health) => boolean | Promise<boolean>): Handler => {
    return async (response) => {
      const good = await isGood(answers.health());
      response.writeHead(good ? 200 : 503, { 'content-type': 'text/plain' }).end(good ? 'ok\n' : 'no\n');
    };
  };
  const paths: Readonly<Record<string, Handler>> = {
    '/healthz': status(({ isWell }) => isWell),
    '/readyz': status(({ isReady }) => isReady),
    '/app/startup': status(({ hasStarted }) => hasStarted),
    '/app/liveness': status(({ isAlive }) => isAlive()),
    '/app/readiness': status(async ({ isAlive, isGood }) => isGood && (await isAlive())),
    '/leader': (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify(answers.leader())}\n`);
    },
    '/metrics': async (response) => {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(await answers.metrics());
    },
  };
  return createServer(only('GET', paths)).listen(port, host);
}

/** In the pod only: over the network nobody takes the lead away. */
export function serveControl(socket: string, release: () => void): Server {
  rmSync(socket, { force: true });
  const paths = {
    '/release': (response: ServerResponse) => {
      release();
      response.writeHead(202).end();
    },
  };
  return createServer(only('POST', paths)).listen(socket);
}

function only(method: string, paths: Readonly<Record<string, Handler>>): RequestListener {
  return (request, response) => {
    const handler = new Map(Object.entries(paths)).get(request.url ?? '');
    if (handler === undefined) response.writeHead(404).end();
    else if (request.method !== method) response.writeHead(405, { allow: method }).end();
    else void handler(response);
  };
}
