/** A hot standby's application, real over HTTP, as the elector's gate: promoted, demoted, gone and back. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Hook } from '../../../runtime/gate/hot-gate';
import { uptime } from '../../../runtime/uptime';
import { cleanUp, eventually, pause, temporaryFolder } from '../../support/processes';
import { GateProcess, bundledGate, endGates } from '../support/gate-process';
import { bodyOf, closeServers, listening } from '../support/local-server';

const AN_HOUR_MS = 3_600_000;

jest.setTimeout(60_000);

let program: string;
beforeAll(() => {
  program = bundledGate();
});
afterAll(() => {
  endGates();
  closeServers();
  cleanUp();
});

/** The application: what it has done, how long that takes, and with which status it answers each path. */
class Application {
  readonly asked: string[] = [];
  readonly statuses = new Map<string, number>();
  readonly delays = new Map<string, number>();

  /** Connections on which nothing was asked yet. */
  private readonly idle = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on('connection', (socket) => {
      this.idle.add(socket);
      socket.once('close', () => this.idle.delete(socket));
    });
  }

  static async start(): Promise<Application> {
    const server = createServer((request, response) => void application.answer(request, response));
    const application = new Application(server, await listening(server));
    return application;
  }

  end(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** What connections tell of an end and a new start that follow each other at once. */
  restart(): void {
    this.server.closeAllConnections();
  }

  get isWatched(): boolean {
    return this.idle.size > 0;
  }

  count(text: string): number {
    return this.asked.filter((line) => line === text).length;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.idle.delete(request.socket);
    const path = request.url ?? '';
    const line = [request.method, path, await bodyOf(request)].join(' ');
    await pause(this.delays.get(path) ?? 0);
    this.asked.push(line);
    response.writeHead(this.statuses.get(path) ?? 200).end();
  }
}

interface Circumstances {
  readonly promote?: string;
  readonly demote?: string;

  /** Of the application's health. */
  readonly status?: number;

  /** How fast the gate's clock goes beside its timers. */
  readonly clockRate?: number;
}

async function started(hooks: Circumstances = { promote: '/lead', demote: '/rest' }) {
  const application = await Application.start();
  application.statuses.set('/health', hooks.status ?? 200);
  const at = (path: string) => `http://127.0.0.1:${application.port}${path}`;
  const settings = {
    folder: temporaryFolder(),
    check: at('/health'),
    clockRate: hooks.clockRate,
    ...(hooks.promote !== undefined && { onPromote: at(hooks.promote) }),
    ...(hooks.demote !== undefined && { onDemote: at(hooks.demote) }),
  };
  const gate = new GateProcess(program, settings);
  await gate.open();
  return {
    application,
    gate,
    /** The next process of this elector, after the death of this one. */
    next: async () => {
      gate.signal('SIGKILL');
      await gate.ended();
      return new GateProcess(program, settings);
    },
  };
}

const inAnHour = (gate: string, term = 7) => ({ until: uptime() + AN_HOUR_MS, term, gate });

interface Refused {
  readonly refused: Hook;
  readonly term: number;
  readonly lasts: number;
}

function refusalsIn(gate: GateProcess): readonly Refused[] {
  return gate.said.filter(
    (said): said is Refused => typeof said === 'object' && said !== null && 'refused' in said,
  );
}

const LEAD = 'POST /lead {"term":7}';
const REST = 'POST /rest {"term":7}';

it.concurrent('is promoted, then runs; is demoted, then waits under another name', async () => {
  const { application, gate } = await started();
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(id));

  expect(await gate.hears('running')).toEqual({ word: 'running', id, term: 7 });
  expect(application.count(LEAD)).toBe(1);
  await gate.allow({ ...inAnHour(id), until: uptime() + 2 * AN_HOUR_MS });
  await gate.forbid();
  expect(await gate.hears('ended')).toEqual({ word: 'ended', id });
  expect(await gate.hears('waiting')).toEqual({ word: 'waiting', id: String(Number(id) + 1) });
  expect([application.count(LEAD), application.count(REST)]).toEqual([1, 1]);
});

it.concurrent('is promoted and demoted also without hooks', async () => {
  const { application, gate } = await started({});
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(id));
  await gate.hears('running');
  await gate.forbid();
  await gate.hears('ended');

  expect(application.asked.filter((line) => line.startsWith('POST'))).toEqual([]);
});

it.concurrent('runs only when its hook has succeeded, which is tried again until it does', async () => {
  const { application, gate } = await started();
  application.statuses.set('/lead', 503);
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(id));
  await eventually(() => application.count(LEAD) > 1, 'another attempt');

  expect(gate.words.map(({ word }) => word)).toEqual(['waiting']);
  expect(refusalsIn(gate)).toMatchObject([{ refused: 'onPromote', term: 7 }]);
  application.statuses.delete('/lead');
  await gate.hears('running');
});

it.concurrent(
  'has stopped only when its hook has succeeded, which is tried again until it does',
  async () => {
    const { application, gate } = await started();
    const { id } = await gate.hears('waiting');
    await gate.allow(inAnHour(id));
    await gate.hears('running');
    application.statuses.set('/rest', 500);
    await gate.forbid();
    await eventually(() => application.count(REST) > 1, 'another attempt');

    expect(gate.words.map(({ word }) => word)).toEqual(['waiting', 'running']);
    application.statuses.delete('/rest');
    expect(await gate.hears('ended')).toEqual({ word: 'ended', id });
  },
);

it.concurrent('tells once a minute of a hook that is refused for long', async () => {
  const { application, gate } = await started({ demote: '/rest', clockRate: 300 });
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(id));
  await gate.hears('running');
  application.statuses.set('/rest', 503);
  await gate.forbid();
  await eventually(() => refusalsIn(gate).length > 2, 'a third time');

  const [first, second, third] = refusalsIn(gate);
  expect([first, second, third]).toMatchObject(Array(3).fill({ refused: 'onDemote', term: 7 }));
  expect(second?.lasts).toBeGreaterThanOrEqual(60_000 + (first?.lasts ?? 0));
  expect(third?.lasts).toBeGreaterThanOrEqual(60_000 + (second?.lasts ?? 0));
});

it.concurrent('is demoted when its deadline passes', async () => {
  const { application, gate } = await started();
  const { id } = await gate.hears('waiting');
  await gate.allow({ ...inAnHour(id), until: uptime() + 300 });
  await gate.hears('ended');

  expect(application.count(REST)).toBe(1);
});

it.concurrent('is not demoted before its deadline, when a timer comes before the clock', async () => {
  const { gate } = await started({ clockRate: 0.5 });
  const { id } = await gate.hears('waiting');
  const until = (await gate.time()) + 500;
  await gate.allow({ until, term: 7, gate: id });
  await gate.hears('ended');

  expect(await gate.time()).toBeGreaterThanOrEqual(until);
});

it.concurrent('is not promoted under a name that is not its own', async () => {
  const { application, gate } = await started();
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(String(Number(id) + 1)));
  await gate.forbid();

  // It says again that it waits, for it was forbidden nothing.
  expect(await gate.hears('waiting')).toEqual({ word: 'waiting', id });
  expect(application.count(LEAD)).toBe(0);
});

it.concurrent('is demoted before it waits again when it did not answer for a while', async () => {
  const { application, gate } = await started();
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(id));
  await gate.hears('running');
  application.statuses.set('/rest', 503).set('/health', 500);

  expect(await gate.hears('none')).toEqual({ word: 'none' });
  await gate.forbid();
  application.statuses.delete('/health');
  await eventually(() => application.count(REST) > 1, 'another attempt');
  expect(gate.words.map(({ word }) => word)).toEqual(['waiting', 'running', 'none']);
  application.statuses.delete('/rest');
  expect(await gate.hears('ended')).toEqual({ word: 'ended', id });
  expect(await gate.hears('waiting')).toEqual({ word: 'waiting', id: String(Number(id) + 1) });
  await gate.allow(inAnHour(String(Number(id) + 1), 9));
  expect(await gate.hears('running')).toMatchObject({ term: 9 });
});

it.concurrent('is demoted once before it counts as gone, when it is bad and still listens', async () => {
  const { application, gate } = await started();
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(id));
  await gate.hears('running');
  application.statuses.set('/health', 503);

  await gate.hears('none');
  expect(application.count(REST)).toBe(1);
  application.statuses.delete('/health');
  expect(await gate.hears('waiting')).toEqual({ word: 'waiting', id: String(Number(id) + 1) });
  expect(application.count(REST)).toBe(1);
});

it.concurrent('is not demoted while it is still being promoted', async () => {
  const { application, gate } = await started();
  application.delays.set('/lead', 700);
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(id));
  await pause(100);
  await gate.forbid();
  await gate.hears('ended');

  expect(application.asked.filter((line) => line.startsWith('POST'))).toEqual([LEAD, REST]);
  expect(gate.words.map(({ word }) => word)).not.toContain('running');
});

it.concurrent('is promoted again when it was restarted so fast that it always answered', async () => {
  const { application, gate } = await started();
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(id));
  await gate.hears('running');
  await eventually(() => application.isWatched, 'an idle connection');
  application.restart();

  await eventually(() => application.count(LEAD) > 1, 'another promotion');
  expect(gate.words.map(({ word }) => word)).not.toContain('none');
});

it.concurrent('is promoted again when it was restarted, and did not answer for a moment', async () => {
  const { application, gate } = await started();
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(id));
  await gate.hears('running');
  application.statuses.set('/health', 500);
  const before = application.count('GET /health ');
  await eventually(() => application.count('GET /health ') > before, 'a bad answer');
  application.statuses.delete('/health');

  await eventually(() => application.count(LEAD) > 1, 'another promotion');
  expect(gate.words.map(({ word }) => word)).not.toContain('none');
});

it.concurrent('is not promoted again for an end of its connections while it does not lead', async () => {
  const { application, gate } = await started();
  await gate.hears('waiting');
  await eventually(() => application.isWatched, 'an idle connection');
  const before = application.count('GET /health ');
  application.restart();
  await eventually(() => application.count('GET /health ') > before + 1, 'another look');

  expect(application.asked.filter((line) => line.startsWith('POST'))).toEqual([]);
});

it.concurrent('is gone when it ends', async () => {
  const { application, gate } = await started();
  await gate.hears('waiting');
  application.end();

  expect(await gate.hears('none')).toEqual({ word: 'none' });
});

it.concurrent('goes on under the next process of its elector while its deadline lies ahead', async () => {
  const { application, gate, next } = await started();
  const { id } = await gate.hears('waiting');
  const deadline = inAnHour(id);
  await gate.allow(deadline);
  await gate.hears('running');
  const other = await next();

  expect(await other.do({ do: 'former' })).toEqual({ former: deadline });
  await other.open();
  expect(await other.hears('running')).toEqual({ word: 'running', id, term: 7 });
  // The former process may have died before it could tell.
  expect([application.count(LEAD), application.count(REST)]).toEqual([2, 0]);
});

it.concurrent('is demoted by the next process of its elector after its deadline', async () => {
  const { application, gate, next } = await started();
  const { id } = await gate.hears('waiting');
  const deadline = { ...inAnHour(id), until: uptime() + 1000 };
  await gate.allow(deadline);
  await gate.hears('running');
  const other = await next();
  await eventually(() => uptime() > deadline.until, 'the deadline');
  await other.open();

  expect(await other.hears('ended')).toEqual({ word: 'ended', id });
  expect(await other.hears('waiting')).toEqual({ word: 'waiting', id: String(Number(id) + 1) });
  expect([application.count(LEAD), application.count(REST)]).toEqual([1, 1]);
});

it.concurrent(
  'is demoted by the next process after its deadline also when it does not answer well',
  async () => {
    const { application, gate, next } = await started();
    const { id } = await gate.hears('waiting');
    const deadline = { ...inAnHour(id), until: uptime() + 1000 };
    await gate.allow(deadline);
    await gate.hears('running');
    application.statuses.set('/health', 503);
    const other = await next();
    await eventually(() => uptime() > deadline.until, 'the deadline');
    await other.open();

    await eventually(() => application.count(REST) > 0, 'a demotion');
    expect(other.words).toEqual([]);
    application.statuses.delete('/health');
    expect(await other.hears('ended')).toEqual({ word: 'ended', id });
    expect(await other.hears('waiting')).toEqual({ word: 'waiting', id: String(Number(id) + 1) });
  },
);

it.concurrent('is demoted at its deadline by a process that it never answered well', async () => {
  const { application, gate, next } = await started();
  const { id } = await gate.hears('waiting');
  await gate.allow({ ...inAnHour(id), until: uptime() + 3000 });
  await gate.hears('running');
  application.statuses.set('/health', 503).set('/rest', 503);
  const other = await next();
  await other.open();

  await eventually(() => application.count(REST) > 1, 'another demotion, for it did not obey');
  expect(other.words).toEqual([]);
  application.statuses.clear();
  expect(await other.hears('ended')).toEqual({ word: 'ended', id });
});

it.concurrent('is not promoted again by the next process of its elector after it was forbidden', async () => {
  const { application, gate, next } = await started();
  const { id } = await gate.hears('waiting');
  await gate.allow(inAnHour(id));
  await gate.hears('running');
  application.statuses.set('/rest', 503);
  await gate.forbid();
  const other = await next();
  application.statuses.delete('/rest');
  await other.open();

  await other.hears('waiting');
  expect(application.count(LEAD)).toBe(1);
  expect(await other.do({ do: 'former' })).toEqual({ former: { until: 0, term: 7, gate: id } });
});

it.concurrent('tells nothing while it has never answered', async () => {
  const { application, gate } = await started({ status: 503 });
  await gate.forbid();
  await eventually(() => application.count('GET /health ') > 1, 'a second look');

  expect(gate.words).toEqual([]);
  expect(await gate.do({ do: 'is-open' })).toEqual({ isOpen: true });
});
