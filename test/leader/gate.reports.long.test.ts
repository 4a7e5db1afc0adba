/** What the gate tells the elector of its application, in every shell at hand; the tests play the elector. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { AN_HOUR, GatedPod, IDLE, shells, TERM } from '../support/gated-pod';
import { cleanUp, eventually, fakeCommand, shrinkFifo, uptime } from '../support/processes';

afterAll(cleanUp);

/** The greatest that an uptime may be in three years, and a term at all. */
const [LATE, GREAT_TERM] = ['9'.repeat(10), '9'.repeat(16)];

it('what a gate says at most for one deadline fits into the smallest pipe', () => {
  const script = fs.readFileSync('lib/leader/gate.sh', 'utf8');
  const [, beats = ''] = /-gt (\d+) \] \|\| say "running \$id \$HA_TERM \$now"/.exec(script) ?? [];
  const [, answers = ''] = /-le (\d+) \]; then\n\s+say "answers \$id \$HA_TERM"/.exec(script) ?? [];
  const bytes = (lines: string, line: string): number => Number(lines) * (line.length + 1);

  const most =
    bytes(beats, `running ${LATE} ${GREAT_TERM} ${LATE}`) +
    // One was asked for under the deadline before.
    bytes(`${Number(answers) + 1}`, `answers ${LATE} ${GREAT_TERM}`) +
    bytes('1', `stopped ${LATE} 255`);

  expect(most).toBeGreaterThan(1000);
  expect(most).toBeLessThanOrEqual(4096);
});

/** It looks, and says so, as often as it can instead of every 0.2 s. */
const OFTEN = [
  ['-t 0.05', '-t 0.005'],
  ['-ge 20', '-ge 0'],
] as const;

// One flat block a shell: only the tests of one block run side by side.
describe.each(shells)('The gate in %s', (_name, shell) => {
  const newPod = (killAfter?: number): GatedPod => new GatedPod(shell, killAfter).makeFifos().openFifos();

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

  it.concurrent('stops the application in time although the smallest pipe is full', async () => {
    const pod = newPod().altered(...OFTEN);
    fakeCommand(pod.tools, 'sleep', ':');
    const gate = pod.checkedApp(['true'], 'exec tail -f /dev/null');
    const id = await pod.id();
    shrinkFifo(path.join(pod.folder, 'status'));
    pod.deadline(`${uptime() + 400} ${GREAT_TERM} ${id}\n`);
    pod.ring();
    await pod.heard('running');
    pod.closeFifos();
    expect(await gate.ended).toBe(75);
  });

  it.concurrent(
    'writes no more than a pipe takes while nobody reads and the deadline stands still',
    async () => {
      const pod = newPod().altered(...OFTEN);
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
      expect(pod.count('running')).toBeLessThanOrEqual(70);
      expect(pod.count('answers')).toBeLessThanOrEqual(20);
      pod.allowFor(AN_HOUR);
      await pod.hears('running');
      await pod.hears('answers');
      gate.kill('SIGTERM');
      expect(await gate.ended).toBe(143);
    },
  );

  it.concurrent('is not misled by what variables of its own names hold in the environment', async () => {
    const poison = 'seen=x beats=1000 beaten=99999999999 told=20 pause=60';
    const pod = newPod().altered(['check=0\n', `${poison} check=0\n`]);
    const ready = path.join(pod.tools, 'ready');
    const gate = pod.checkedApp(['test', '-e', ready], IDLE);
    await pod.begin();
    await pod.heard('running', 3);
    fs.writeFileSync(ready, '');
    await pod.heard('answers');
    gate.kill('SIGTERM');
    expect(await gate.ended).toBe(143);
  });

  it.concurrent('reports the status although `wait` says before that a signal ended it', async () => {
    // Bash as sh says so of a child's end that came between two of them.
    const says =
      'wait() { if [ "$1:$said" = "$app:" ]; then said=yes; return 145; fi; command wait "$@"; }\n';
    const pod = newPod(AN_HOUR).altered(['# Reports the end', `${says}# Reports the end`]);
    const gate = pod.app('exit 7');
    await pod.begin();
    expect(await gate.ended).toBe(7);
  });
});
