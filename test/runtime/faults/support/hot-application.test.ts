/** The test's own hot standby does what docs/election.md asks of one, and keeps it on record. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeServers, listening } from '../../support/local-server';
import { cleanUp, eventually, temporaryFolder } from '../../../support/processes';
import { Illnesses } from './illnesses';
import { HOT_APPLICATION } from './paths';

const HOST = '127.0.0.1';

class Application {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
    readonly illnesses: Illnesses,
    readonly process: ChildProcess,
  ) {}

  static async started(): Promise<Application> {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'runs'));
    const illnesses = new Illnesses(join(folder, 'illnesses'));
    const [checked, told] = [await freePort(), await freePort()];
    const files = [join(folder, 'runs'), join(folder, 'illnesses')];
    const words = [HOT_APPLICATION, ...files, HOST, checked, told, 0, 0].map(String);
    const application = new Application(folder, told, illnesses, spawn(process.execPath, words));
    started.push(application.process);
    await eventually(() => application.process.pid !== undefined, 'its process');
    while (!(await application.asked('check').catch(() => undefined))) await sleep(20);
    return application;
  }

  async asked(ask: string, term?: number): Promise<number> {
    const url = `http://${HOST}:${this.port}/${ask}`;
    return (await fetch(url, { method: 'POST', body: JSON.stringify({ term }) })).status;
  }

  /** The terms on record, of leads or of what it refused. */
  get records(): readonly string[] {
    const folder = join(this.folder, 'runs');
    return readdirSync(folder)
      .sort()
      .map((name) => /^(?:refused )?\d+/.exec(readFileSync(join(folder, name), 'utf8'))?.[0] ?? '');
  }

  /** What the newest record says until now. */
  lastBeat(): string {
    const folder = join(this.folder, 'runs');
    return readFileSync(join(folder, readdirSync(folder).sort().at(-1) ?? ''), 'utf8');
  }
}

const started: ChildProcess[] = [];

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  closeServers();
  cleanUp();
});

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('leads from its promotion to its demotion, which may both be repeated', async () => {
  const application = await Application.started();
  expect(await application.asked('demote', 5)).toBe(200);
  expect(application.records).toEqual([]);
  expect(await application.asked('promote', 7)).toBe(200);
  expect(await application.asked('promote', 7)).toBe(200);
  const before = application.lastBeat();
  await eventually(() => application.lastBeat() !== before, 'another beat');
  expect(await application.asked('demote', 7)).toBe(200);
  expect(await application.asked('demote', 7)).toBe(200);
  const last = application.lastBeat();
  await sleep(100);
  expect(application.lastBeat()).toBe(last);
  expect(application.records).toEqual(['7']);
});

test('refuses to lead again with what it was demoted from, and says so', async () => {
  const application = await Application.started();
  await application.asked('promote', 7);
  await application.asked('demote', 7);
  expect(await application.asked('promote', 7)).toBe(409);
  expect(await application.asked('promote', 8)).toBe(200);
  expect(application.records).toEqual(['7', 'refused 7', '8']);
});

test('leaves a demotion aside that is older than its lead', async () => {
  const application = await Application.started();
  await application.asked('promote', 8);
  expect(await application.asked('demote', 7)).toBe(200);
  const before = application.lastBeat();
  await eventually(() => application.lastBeat() !== before, 'another beat');
  expect(application.records).toEqual(['8']);
});

test('that is ill refuses, or is late, until it is cured', async () => {
  const application = await Application.started();
  const cure = application.illnesses.add({ ask: 'promote', how: 'refuses' });
  expect(await application.asked('promote', 7)).toBe(503);
  cure();
  application.illnesses.add({ ask: 'promote', how: 50 });
  expect(await application.asked('promote', 7)).toBe(200);
  expect(application.records).toEqual(['7']);
});

test('ends of SIGTERM', async () => {
  const application = await Application.started();
  application.process.kill('SIGTERM');
  await eventually(() => application.process.exitCode !== null, 'its end');
  expect(application.process.exitCode).toBe(0);
});
