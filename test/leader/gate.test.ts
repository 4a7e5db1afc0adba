/** The gate as a real process in every shell at hand; the tests play its elector. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AN_HOUR, GatedPod, TERM } from '../support/gated-pod';
import { availableShells, cleanUp, eventually, fakeCommand, Running, uptime } from '../support/processes';

jest.setTimeout(60_000);
afterAll(cleanUp);

/** An application that does nothing, after it has said that it is there. */
const IDLE = 'echo up; while :; do sleep 0.05; done';

const TICK_MS = 200;

const shells = availableShells().map((shell) => [shell.name, shell] as const);

it('what a gate says at most while nobody reads fits into a pipe', () => {
  const script = fs.readFileSync('lib/leader/gate.sh', 'utf8');
  const [, beats = ''] = /-gt (\d+) \] \|\| say "running \$id \$HA_TERM \$now"/.exec(script) ?? [];
  const [, answers = ''] = /-le (\d+) \]; then\n\s+say "answers \$id \$HA_TERM"/.exec(script) ?? [];
  const [inThreeYears, term] = ['9999999999', '999999999999999'];
  const bytes = (lines: string, line: string): number => Number(lines) * (line.length + 1);

  const most =
    bytes(beats, `running ${inThreeYears} ${term} ${inThreeYears}`) +
    bytes(answers, `answers ${inThreeYears} ${term}`);

  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(65_536);
});

// One flat block a shell: only the tests of one block run side by side.
describe.each(shells)('The gate in %s', (_name, shell) => {
  const newPod = (killAfter?: number): GatedPod => new GatedPod(shell, killAfter).makeFifos().openFifos();

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
    await eventually(() => gate.stderr.includes('looked'), 'a look into the folder');
    expect(fs.readdirSync(pod.folder)).toEqual([]);
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

  it.concurrent('lets the application run on as long as the deadline is moved on', async () => {
    const pod = newPod();
    const gate = pod.app(IDLE);
    await pod.begin();
    const first = uptime() + 200;
    pod.allowFor(200);
    await pod.hears('running');
    pod.allowFor(AN_HOUR);
    await eventually(() => uptime() > first, 'the first deadline to pass');
    await pod.hears('running', 2);
    expect(gate.stdout).toBe('up\n');
    expect(pod.count('stopped')).toBe(0);
  });

  it.concurrent.each([
    ['with a status', ['sh', '-c', 'exit 3'], 3],
    ['by a signal', ['sh', '-c', 'kill -ABRT $$'], 134],
    ['before it began, without its program', ['/no/such/program'], 127],
  ])('reports at once that the application has ended %s', async (_case, command, status) => {
    const pod = newPod();
    // A tick without end: what is noticed, is noticed without it.
    fakeCommand(pod.tools, 'sleep', 'exec tail -f /dev/null');
    const gate = pod.run(...command);
    const id = await pod.begin();
    expect(await gate.ended).toBe(status);
    await pod.heard('exited');
    expect(pod.lastLine).toBe(`exited ${id} ${status}`);
  });

  it.concurrent('runs on without an elector until the deadline, and the next one hears of it', async () => {
    const pod = newPod();
    const gate = pod.app('while :; do echo tick; sleep 0.1; done');
    const id = await pod.begin();
    await pod.heard('running');
    pod.closeFifos();
    const ticks = (): number => gate.stdout.split('\n').length;
    const before = ticks();
    await eventually(() => ticks() > before + 5, 'more ticks of the application');
    pod.openFifos();
    await pod.heard('running');
    expect(pod.said('running')[0]).toBe(`running ${id} ${TERM}`);
    pod.closeFifos();
    pod.allowFor(0);
    expect(await gate.ended).toBe(75);
  });

  it.concurrent(
    'writes no more than a pipe takes while nobody reads and the deadline stands still',
    async () => {
      // It looks, and says so, as often as it can instead of every 0.2 s, but not for as long.
      const often = [
        ['-t 0.05', '-t 0.005'],
        ['-ge 20', '-ge 0'],
      ] as const;
      const few = [
        ['-gt 800', '-gt 40'],
        ['-le 400', '-le 20'],
      ] as const;
      const pod = newPod().altered(...often, ...few);
      const ticks = path.join(pod.tools, 'ticks');
      fs.writeFileSync(ticks, '');
      fakeCommand(pod.tools, 'sleep', `echo >>"${ticks}"`);
      const gate = pod.checkedApp(['true'], 'exec tail -f /dev/null');
      await pod.begin();
      await pod.heard('answers');
      pod.closeFifos();
      await eventually(() => fs.statSync(ticks).size > 60, 'ticks of the check');
      pod.openFifos();
      // Behind all that the gate has written, which may be nothing more.
      fs.appendFileSync(path.join(pod.folder, 'status'), 'end of it\n');
      await pod.heard('end');
      expect(pod.count('running')).toBeLessThanOrEqual(40);
      expect(pod.count('answers')).toBeLessThanOrEqual(20);
      pod.allowFor(AN_HOUR);
      await pod.hears('running');
      gate.kill('SIGTERM');
      expect(await gate.ended).toBe(143);
    },
  );

  it.concurrent('reports the status although `wait` says before that a signal ended it', async () => {
    // Bash as sh says so of a child's end that came between two of them.
    const says =
      'wait() { if [ "$1:$said" = "$app:" ]; then said=yes; return 145; fi; command wait "$@"; }\n';
    const pod = newPod(AN_HOUR).altered(['# Reports the end', `${says}# Reports the end`]);
    const gate = pod.app('exit 7');
    await pod.begin();
    expect(await gate.ended).toBe(7);
  });

  it.concurrent('stops the application with SIGTERM when the deadline has passed', async () => {
    const pod = newPod(AN_HOUR);
    const gate = pod.app(`trap "echo bye; exit 5" TERM; ${IDLE}`);
    const id = await pod.begin();
    await gate.printed('up');
    pod.allowFor(0);
    expect(await gate.ended).toBe(75);
    await gate.silent;
    await pod.heard('stopped');
    expect(gate.stdout).toBe('up\nbye\n');
    expect(pod.lastLine).toBe(`stopped ${id} 5`);
  });

  it.concurrent('then kills it if it does not heed SIGTERM, and calls it running until then', async () => {
    const pod = newPod(100);
    const gate = pod.app(`trap "echo no" TERM; ${IDLE}`);
    const id = await pod.begin();
    await gate.printed('up');
    pod.allowFor(0);
    await gate.printed('no');
    await pod.hears('running');
    expect(await gate.ended).toBe(75);
    await pod.heard('stopped');
    expect(pod.lastLine).toBe(`stopped ${id} 137`);
  });

  it.concurrent.each([
    ['has vanished', () => undefined],
    ['is half written', (id: string) => `99999999999 ${TERM} ${id}`],
    ['is for another term', (id: string) => `99999999999 ${TERM + 1} ${id}\n`],
    ['is for another gate', (id: string) => `99999999999 ${TERM} ${Number(id) + 1}\n`],
  ])('stops the application when the deadline %s', async (_case, textFor) => {
    const pod = newPod();
    const gate = pod.app(IDLE);
    const text = textFor(await pod.begin());
    await pod.heard('running');
    if (text === undefined) fs.unlinkSync(path.join(pod.folder, 'deadline'));
    else pod.deadline(text);
    expect(await gate.ended).toBe(75);
  });

  it.concurrent('counts the time to kill from the deadline, not from when it sees it pass', async () => {
    const pod = newPod(uptime());
    const gate = pod.app(`trap "" TERM; ${IDLE}`);
    const id = await pod.begin();
    await gate.printed('up');
    pod.deadline(`1 ${TERM} ${id}\n`);
    expect(await gate.ended).toBe(75);
    await pod.heard('stopped');
    expect(pod.lastLine).toBe(`stopped ${id} 137`);
  });

  it.concurrent('gives the application its time when the deadline is none', async () => {
    const pod = newPod(1000);
    const gate = pod.app(`trap "sleep 1; exit 5" TERM; ${IDLE}`);
    const id = await pod.begin();
    await gate.printed('up');
    pod.deadline('none\n');
    expect(await gate.ended).toBe(75);
    await pod.heard('stopped');
    expect(pod.lastLine).toBe(`stopped ${id} 5`);
  });

  it.concurrent.each([
    ['has vanished', () => undefined],
    ['is for another gate', (id: string) => `99999999999 ${TERM} ${Number(id) + 1}\n`],
  ])('kills it in time when the deadline %s, however far that lies', async (_case, textFor) => {
    const pod = newPod();
    const gate = pod.app(`trap "" TERM; ${IDLE}`);
    const id = await pod.begin();
    await gate.printed('up');
    const text = textFor(id);
    if (text === undefined) fs.unlinkSync(path.join(pod.folder, 'deadline'));
    else pod.deadline(text);
    expect(await gate.ended).toBe(75);
    await pod.heard('stopped');
    expect(pod.lastLine).toBe(`stopped ${id} 137`);
  });

  it.concurrent.each([
    ['the deadline has passed', (pod: GatedPod) => pod.allowFor(0), 75],
    ['the gate gets SIGTERM', (_pod: GatedPod, gate: Running) => gate.kill('SIGTERM'), 6],
  ])('sends the signal that the application wants when %s', async (_case, end, status) => {
    const pod = new GatedPod(shell, AN_HOUR, 'SIGUSR1').makeFifos().openFifos();
    const gate = pod.app(`trap "" TERM; trap "echo bye; exit 6" USR1; ${IDLE}`);
    await pod.begin();
    await gate.printed('up');
    end(pod, gate);
    expect(await gate.ended).toBe(status);
    await pod.heard('stopped');
    expect(pod.lastLine).toMatch(/^stopped \d+ 6$/);
  });

  it.concurrent('kills an application at once that wants no other end', async () => {
    const pod = new GatedPod(shell, AN_HOUR, 'SIGKILL').makeFifos().openFifos();
    const gate = pod.app(`trap "echo no" TERM INT; ${IDLE}`);
    await pod.begin();
    await gate.printed('up');
    gate.kill('SIGTERM');
    expect(await gate.ended).toBe(137);
    await gate.silent;
    expect(gate.stdout).toBe('up\n');
  });

  it.concurrent('passes SIGTERM on, waits for the application, and ends with its status', async () => {
    const pod = newPod();
    const gate = pod.app(`trap "echo stopping; sleep 1; exit 4" TERM; ${IDLE}`);
    const id = await pod.begin();
    await gate.printed('up');
    gate.kill('SIGTERM');
    await gate.printed('stopping');
    await pod.hears('running', 2);
    expect(await gate.ended).toBe(4);
    await pod.heard('stopped');
    expect(pod.lastLine).toBe(`stopped ${id} 4`);
  });

  it.concurrent('passes on a second SIGTERM, and keeps to the deadline while it waits', async () => {
    const pod = newPod();
    const gate = pod.app(`n=0; trap 'n=$((n + 1)); echo "no $n"' TERM; ${IDLE}`);
    await pod.begin();
    await gate.printed('up');
    gate.kill('SIGTERM');
    await gate.printed('no 1');
    gate.kill('SIGTERM');
    await gate.printed('no 2');
    pod.allowFor(0);
    expect(await gate.ended).toBe(75);
  });

  it.concurrent('passes all other signals on, and goes on', async () => {
    const names = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGINT', 'SIGQUIT'] as const;
    const script = `for (const name of ${JSON.stringify(names)}) process.on(name, () => console.log(name));
      process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); console.log('up')`;
    const pod = newPod();
    const gate = pod.run(process.execPath, '-e', script);
    await pod.begin();
    await gate.printed('up');
    for (const name of names) {
      gate.kill(name);
      await gate.printed(`${name}\n`);
    }
    gate.kill('SIGTERM');
    expect(await gate.ended).toBe(9);
  });

  it.concurrent('tells once a second that the check succeeds, from when it does', async () => {
    const pod = newPod();
    const ready = path.join(pod.tools, 'ready');
    const gate = pod.checkedApp(['test', '-e', ready], IDLE);
    const id = await pod.begin();
    await pod.hears('running', 3);
    expect(pod.count('answers')).toBe(0);
    fs.writeFileSync(ready, '');
    await pod.heard('answers', 2);
    const [first = 0, second = 0] = pod.lines.flatMap((line, at) =>
      line === `answers ${id} ${TERM}` ? [at] : [],
    );
    // Its ticks are 0.2 s apart.
    expect(second - first).toBeGreaterThan(3);
    fs.rmSync(ready);
    await pod.hears('running', 8);
    const { length } = pod.lines.filter((line) => line.startsWith('answers'));
    await pod.hears('running', 8);
    expect(pod.count('answers')).toBe(length);
    gate.kill('SIGTERM');
    expect(await gate.ended).toBe(143);
  });

  it.concurrent(
    'gives the check its words as they are, and HA_TERM, and leaves them out of the command',
    async () => {
      const pod = newPod();
      const asked = path.join(pod.tools, 'asked');
      const script = 'printf "%s|" "$HA_TERM" "$@" >"$0.new" && mv "$0.new" "$0"; echo noise';
      const gate = pod.checkedApp(
        ['sh', '-c', script, asked, 'two words', '', '*', '$HOME'],
        `echo "$# $0"; ${IDLE}`,
      );
      await pod.begin();
      await pod.heard('answers');
      expect(fs.readFileSync(asked, 'utf8')).toBe(`${TERM}|two words||*|$HOME|`);
      await gate.printed('up');
      gate.kill('SIGTERM');
      await gate.ended;
      expect(gate.stdout).toBe('0 sh\nup\n');
    },
  );

  it.concurrent('keeps to the deadline while the check hangs, and takes it along', async () => {
    const pod = newPod();
    const gate = pod.checkedApp(
      ['sh', '-c', 'echo >"$0"; exec sleep 60', path.join(pod.tools, 'asked')],
      IDLE,
    );
    await pod.begin();
    await eventually(() => fs.existsSync(path.join(pod.tools, 'asked')), 'a check');
    pod.allowFor(0);
    expect(await gate.ended).toBe(75);
    await pod.heard('stopped');
    expect(pod.count('answers')).toBe(0);
  });

  it.concurrent('asks again when a check has taken five seconds, until the end', async () => {
    const pod = newPod();
    const marks = path.join(pod.tools, 'marks');
    const gate = pod.checkedApp(
      ['sh', '-c', 'trap "" TERM; echo >>"$0"; [ "$(wc -l <"$0")" -gt 1 ] || sleep 60', marks],
      IDLE,
    );
    await pod.begin();
    await pod.heard('answers');
    expect(fs.readFileSync(marks, 'utf8')).toBe('\n\n');
    gate.kill('SIGTERM');
    await gate.ended;
    await gate.silent;
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

describe.each(shells.filter(([name]) => name.startsWith('bash')))('The gate in %s', (_name, shell) => {
  it('stops the application although `read` misses that its time is over', async () => {
    const missed = 'until gone "$app"; do\n  read -r _ <&4\n';
    const pod = new GatedPod(shell).altered(['until gone "$app"; do\n', missed]).makeFifos().openFifos();
    const gate = pod.app(IDLE);
    await pod.begin();
    await pod.heard('running', 3);
    pod.allowFor(0);
    expect(await gate.ended).toBe(75);
  });
});
