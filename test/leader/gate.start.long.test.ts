/** From the start of the gate to that of its application, in every shell at hand; the tests play its elector. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AN_HOUR, GatedPod, IDLE, shells, TERM } from '../support/gated-pod';
import {
  cleanUp,
  eventually,
  fakeCommand,
  makeFifo,
  onlyCommands,
  Running,
  uptime,
} from '../support/processes';

afterAll(cleanUp);

const TICK_MS = 200;

// One flat block a shell: only the tests of one block run side by side.
describe.each(shells)('The gate in %s', (_name, shell) => {
  const newPod = (): GatedPod => new GatedPod(shell).makeFifos().openFifos();

  it.concurrent('runs nothing on a deadline that is missing, past, for another gate, or none', async () => {
    const pod = newPod();
    const gate = pod.app('echo up');
    const id = await pod.id();
    const far = uptime() + AN_HOUR;
    const halves = ['', '\n', `${far}\n`, `${far} ${TERM}`, `${far} ${TERM}\n`, `${far} ${TERM} ${id}`];
    const past = [`${uptime()} ${TERM} ${id}\n`, `1 ${TERM} ${id}\n`, `0 ${TERM} ${id}\n`];
    const garbage = [
      `x 7 ${id}\n`,
      `-${far} 7 ${id}\n`,
      `0${far} 7 ${id}\n`,
      `${far}:1 7 ${id}\n`,
      `${far} 7:7 ${id}\n`,
      `${'9'.repeat(20)} 7 ${id}\n`,
    ];
    const others = [`${far} ${TERM} ${Number(id) - 1}\n`, `${far} ${TERM} x${id}\n`];
    for (const text of [undefined, ...halves, ...past, ...garbage, ...others]) {
      if (text !== undefined) pod.deadline(text);
      const answered = pod.hears('waiting');
      pod.ring();
      await answered;
    }
    expect(new Set(pod.said('waiting'))).toEqual(new Set([`waiting ${id}`]));
    expect(pod.count('waiting')).toBe(pod.lines.length);
    expect(gate.stdout).toBe('');
    // The same gate runs it on a right one.
    await pod.begin();
    expect(await gate.ended).toBe(0);
    await gate.silent;
    expect(gate.stdout).toBe('up\n');
  });

  it.concurrent('says that it waits once, and again when it is asked', async () => {
    const pod = newPod();
    const gate = pod.app('echo up');
    await pod.id();
    await pause(5 * TICK_MS);
    expect(pod.count('waiting')).toBe(1);
    pod.ring();
    await pod.heard('waiting', 2);
    gate.kill('SIGTERM');
    expect(await gate.ended).toBe(0);
  });

  // On SIGQUIT bash was once seen to hang here, on a busy machine; not again in 60 runs at idle priority, nor in 500 with
  // the signal in the first milliseconds. No lost signal is known.
  it.concurrent.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)(
    'ends with 0 on %s while it waits',
    async (signal) => {
      const pod = newPod();
      const gate = pod.app('echo up');
      await pod.id();
      gate.kill(signal);
      expect(await gate.ended).toBe(0);
      await gate.silent;
      expect(gate.stdout).toBe('');
    },
  );

  it.concurrent('goes on waiting after signals that are not meant to end it', async () => {
    const pod = newPod();
    const gate = pod.app('exit 3');
    await pod.id();
    for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) gate.kill(signal);
    await gate.sleeps();
    await pod.begin();
    expect(await gate.ended).toBe(3);
  });

  it.concurrent('waits for the pipes, and makes no plain files in their place', async () => {
    const pod = new GatedPod(shell);
    fakeCommand(pod.tools, 'sleep', 'echo looked >&2; exec /bin/sleep "$@"');
    const gate = pod.app('echo up');
    const looks = (): number => gate.stderr.split('looked').length - 1;
    await eventually(() => looks() > 0, 'a look into the folder');
    expect(fs.readdirSync(pod.folder)).toEqual([]);
    makeFifo(path.join(pod.folder, 'status'));
    const before = looks();
    await eventually(() => looks() > before + 2, 'further looks');
    expect(fs.readdirSync(pod.folder)).toEqual(['status']);
    fs.rmSync(path.join(pod.folder, 'status'));
    pod.makeFifos().openFifos();
    await pod.begin();
    expect(await gate.ended).toBe(0);
    const files = fs.readdirSync(pod.folder, { withFileTypes: true });
    expect(files.filter((file) => file.isFIFO()).map(({ name }) => name)).toEqual(['start', 'status']);
    expect(files.filter((file) => !file.isFIFO()).map(({ name }) => name)).toEqual(['deadline']);
  });

  it.concurrent('ends with 0 on SIGTERM while there are no pipes', async () => {
    const pod = new GatedPod(shell);
    fakeCommand(pod.tools, 'sleep', 'echo looked; exec /bin/sleep "$@"');
    const gate = pod.app('echo up');
    await gate.printed('looked');
    gate.kill('SIGTERM');
    expect(await gate.ended).toBe(0);
  });

  it.concurrent('runs the application after its start, and tells it and the elector the term', async () => {
    const pod = newPod();
    const gate = pod.app(`echo "term $HA_TERM"; ${IDLE}`);
    const id = await pod.begin();
    await pod.heard('running', 3);
    await gate.printed(`term ${TERM}\n`);
    expect(pod.lines[1]).toMatch(new RegExp(`^running ${id} ${TERM} \\d+$`));
  });

  it.concurrent('gives the application none of its pipes, nor signals that it need not ignore', async () => {
    const pod = newPod();
    const gate = pod.app('ls -l /proc/self/fd; grep SigIgn /proc/self/status');
    await pod.begin();
    expect(await gate.ended).toBe(0);
    await gate.silent;
    expect(gate.stdout).not.toContain(pod.folder);
    // 6: SIGINT and SIGQUIT, which busybox has no means to restore.
    expect(gate.stdout).toMatch(shell.name === 'busybox sh' ? /SigIgn:\s+0+6?\n/ : /SigIgn:\s+0+\n/);
  });

  it.concurrent.each([
    ['without a command', {}, [], 'no command given'],
    ['with --check and no number', {}, ['--check', 'true', 'true'], 'must be the number of words'],
    ['with --check and nothing', {}, ['--check'], 'must be the number of words'],
    [
      'without a command after the check',
      {},
      ['--check', '2', 'test', 'x'],
      'no command given after the 2 words',
    ],
    [
      'with --check and without timeout',
      { PATH: '/none' },
      ['--check', '1', 'true', 'true'],
      'the check needs',
    ],
    [
      'without nice',
      { PATH: onlyCommands(['setsid', 'true'], shell) },
      ['true'],
      "needs 'nice' and 'setsid'",
    ],
    [
      'without setsid',
      { PATH: onlyCommands(['nice', 'true'], shell) },
      ['true'],
      "needs 'nice' and 'setsid'",
    ],
    ['without HA_DIR', { HA_DIR: '' }, ['true'], 'HA_DIR is not set'],
    ['without HA_KILL_AFTER', { HA_KILL_AFTER: '' }, ['true'], 'must be a whole number of centiseconds'],
    [
      'with HA_KILL_AFTER=1.5s',
      { HA_KILL_AFTER: '1.5s' },
      ['true'],
      'must be a whole number of centiseconds',
    ],
    ['with HA_STOP_SIGNAL=TERM', { HA_STOP_SIGNAL: 'TERM' }, ['true'], 'must be SIGTERM'],
    ['with HA_KILL_AFTER=08', { HA_KILL_AFTER: '08' }, ['true'], 'must be a whole number of centiseconds'],
  ])('refuses a call %s', async (_case, env, command, rule) => {
    const right = { HA_DIR: '/run/ha', HA_KILL_AFTER: '150', PATH: shell.path };
    const gate = new Running([...shell.command, 'lib/leader/gate.sh', ...command], { ...right, ...env });
    expect(await gate.ended).toBe(2);
    await gate.silent;
    expect(gate.stderr).toMatch(/^gate\.sh: [^\n]+\n$/);
    expect(gate.stderr).toContain(rule);
  });
});

/** Busybox hears the bell itself. */
const listening = shells.filter(([name]) => name !== 'busybox sh');

describe.each(listening)('The gate in %s', (name, shell) => {
  it('leaves nobody behind who listens for the bell when a signal has made it look', async () => {
    const pod = new GatedPod(shell).makeFifos().openFifos();
    const gate = pod.app(IDLE);
    await pod.id();
    // A signal is no bell: one that comes before it listens makes it look at nothing.
    await eventually(
      () => gate.copies() === 1,
      () => 'a copy of the shell that listens',
    );
    await pause(TICK_MS);
    pod.allowFor(AN_HOUR);
    gate.kill('SIGHUP');
    await gate.printed('up');
    await pod.heard('running');
    // Bash has one that wakes it.
    const expected = name.startsWith('bash') ? 1 : 0;
    await eventually(
      () => gate.copies() === expected,
      () => `${expected} and not ${gate.copies()} copies of the shell`,
    );
    gate.kill('SIGTERM');
    expect(await gate.ended).toBe(143);
  });
});
