/** The gate as the first process of a container, in every shell at hand; the tests play its elector. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { AS_PROCESS_1 } from '../../cluster/processes/programs';
import { GatedPod, IDLE, shells, TERM } from '../support/gated-pod';
import {
  asUser,
  beside,
  canContain,
  cleanUp,
  eventually,
  fakeCommand,
  forbidProcesses,
  overwrite,
  pause,
  Running,
} from '../support/processes';

afterAll(cleanUp);

const describeContained = canContain ? describe.each(shells) : describe.skip.each(shells);
const condition = canContain ? '' : ' (SKIPPED: needs root and unshare)';

describeContained(`As process 1, the gate in %s${condition}`, (name, shell) => {
  const newPod = (): GatedPod => new GatedPod(shell).makeFifos().openFifos();

  it.concurrent('takes all processes of the application along when the deadline has passed', async () => {
    const pod = newPod();
    const gate = pod.containedApp(`trap "" TERM; (${IDLE}) & wait`);
    await pod.begin();
    await gate.printed('up');
    pod.allowFor(0);
    expect(await gate.ended).toBe(75);
    await gate.silent;
    await pod.heard('stopped');
    expect(pod.lastLine).toMatch(/^stopped \d+ 137$/);
  });

  it.concurrent('leaves nothing running when it is killed, and the stream ends', async () => {
    const pod = newPod();
    const gate = pod.containedApp(`(${IDLE}) & wait`);
    await pod.begin();
    await gate.printed('up');
    await pod.heard('running');
    process.kill(gate.onlyChild(), 'SIGKILL');
    await gate.silent;
    await eventually(() => pod.streamEnded, 'the end of the stream');
    expect(pod.lastLine).toMatch(/^running /);
  });

  it.concurrent('ends on SIGTERM before a start', async () => {
    const pod = newPod();
    const gate = pod.containedApp('echo up');
    await pod.id();
    process.kill(gate.onlyChild(), 'SIGTERM');
    expect(await gate.ended).toBe(0);
    expect(gate.stdout).toBe('');
  });

  it.concurrent('collects orphans, and ends with the application on SIGTERM', async () => {
    const pod = newPod();
    const orphan = 'orphan=$(sh -c "sleep 0.2 >/dev/null & echo \\$!")';
    const gate = pod.containedApp(`${orphan}; while [ -e "/proc/$orphan" ]; do sleep 0.05; done; ${IDLE}`);
    await pod.begin();
    await gate.printed('up');
    process.kill(gate.onlyChild(), 'SIGTERM');
    expect(await gate.ended).toBe(143);
    await pod.heard('stopped');
    expect(pod.lastLine).toMatch(/^stopped \d+ 143$/);
  });

  it.concurrent('goes on when the application sends SIGHUP to its group, reports, and fences', async () => {
    const pod = newPod();
    const gate = pod.containedApp(`trap "" TERM; trap "echo hup" HUP; kill -HUP 0; ${IDLE}`, {
      check: ['true'],
    });
    await pod.begin();
    await gate.printed('up');
    await pod.hears('answers', 2);
    await pod.hears('running', 2);
    pod.allowFor(0);
    expect(await gate.ended).toBe(75);
    await gate.silent;
    expect(gate.stdout).toBe('hup\nup\n');
    await pod.heard('stopped');
    expect(pod.lastLine).toMatch(/^stopped \d+ 137$/);
  });

  it.concurrent('reports the end of an application that sends SIGKILL to its group', async () => {
    const pod = newPod();
    const gate = pod.containedApp(`echo up; sleep 60 & kill -KILL 0`, { check: ['true'] });
    const id = await pod.begin();
    expect(await gate.ended).toBe(137);
    await gate.silent;
    expect(gate.stdout).toBe('up\n');
    await pod.heard('exited');
    expect(pod.lastLine).toBe(`exited ${id} 137`);
  });

  it.concurrent(
    'reports the end only when nothing runs any more that the application has left behind',
    async () => {
      const pod = newPod();
      const kills = path.join(pod.tools, 'kills');
      // What waits for a disk dies of no SIGKILL before it has been waited for: here of the fourth.
      const late =
        `kill() { if [ "$*" = "-KILL -1" ]; then echo "$((kept += 1))" >>"${kills}"; ` +
        '[ "$kept" -gt 3 ] || return 0; fi; command kill "$@"; }\n';
      // Nothing wakes bash from its `read` any more.
      const deaf = name.startsWith('bash') ? 'look() { sleep 60; }\n' : '';
      const gate = pod
        .altered(
          ['# Kills everything', `${late}# Kills everything`],
          ['  trap - EXIT\n', `  trap - EXIT\n${deaf}`],
        )
        .containedApp('sleep 60 & echo up; exit 5');
      const id = await pod.begin();
      expect(await gate.ended).toBe(5);
      await pod.heard('exited');
      expect(pod.lastLine).toBe(`exited ${id} 5`);
      expect(fs.readFileSync(kills, 'utf8')).toMatch(/^1\n2\n3\n4\n/);
    },
  );

  it.concurrent('says by its clock that it runs, and not at each tick', async () => {
    const pod = newPod();
    const clock = path.join(pod.tools, 'uptime');
    fs.writeFileSync(clock, '100.00 5.00\n');
    pod.containedApp(IDLE, { clock });
    expect(await pod.id()).toBe('10000');
    pod.deadline(`20000 ${TERM} 10000\n`);
    pod.ring();
    await pod.heard('running');
    await pause(1000);
    expect(pod.count('running')).toBe(1);
    overwrite(clock, '100.20 5.00\n');
    await pod.heard('running', 2);
  });

  it.concurrent('reads 08 as eight, and stops the application at the deadline, not before', async () => {
    const pod = newPod();
    const clock = path.join(pod.tools, 'uptime');
    fs.writeFileSync(clock, '100.08 5.00\n');
    const gate = pod.containedApp(IDLE, { clock });
    expect(await pod.id()).toBe('10008');
    pod.deadline(`10110 ${TERM} 10008\n`);
    pod.ring();
    await pod.heard('running');
    overwrite(clock, '101.09 5.00\n');
    await pod.hears('running');
    overwrite(clock, '101.10 5.00\n');
    expect(await gate.ended).toBe(75);
  });
});

/** Dash needs a process for each tick. */
const owned = shells.filter(([name]) => !name.startsWith('dash'));
const frugal = shells.filter(([name]) => name.startsWith('dash'));
const describeOf = (those: typeof shells) => (canContain ? describe.each(those) : describe.skip.each(those));

/** Of nobody else: what counts are the processes of one user. */
const FIRST_USER = 61_000;

async function withoutProcesses(name: string, shell: (typeof shells)[number][1]) {
  const pod = new GatedPod(shell).makeFifos().openFifos();
  const user = FIRST_USER + shells.findIndex(([other]) => other === name);
  const gate = pod.appOf(user, IDLE);
  await pod.begin();
  await gate.printed('up');
  await pod.heard('running');
  forbidProcesses(user, gate.pid);
  return { pod, gate };
}

describeOf(shells)(`As process 1 of a user without rights, the gate in %s${condition}`, (_name, shell) => {
  it("waits neither for somebody else's process, nor for a dead one that this does not collect", async () => {
    const pod = new GatedPod(shell).makeFifos().openFifos();
    const end = path.join(pod.tools, 'end');
    const gate = pod.appOf(
      FIRST_USER,
      `echo up; until [ -e "${end}" ]; do sleep 0.05; done; exit 3`,
      AS_PROCESS_1,
    );
    const id = await pod.begin();
    await gate.printed('up');
    // Its name looks like the end of one, and a state.
    fakeCommand(pod.tools, 'a) S b', 'echo in');
    const dead = [...asUser(FIRST_USER), path.join(pod.tools, 'a) S b')];
    const other = new Running(
      [...beside(gate.onlyChild()), 'sh', '-c', '"$@" & exec sleep 60', 'sh', ...dead],
      {},
    );
    await other.printed('in');
    fs.writeFileSync(end, '');
    await pod.heard('exited');
    expect(pod.lastLine).toBe(`exited ${id} 3`);
    expect(await gate.ended).toBe(3);
  });
});

describeOf(frugal)(`As a user without rights, the gate in %s${condition}`, (name, shell) => {
  it('kills the application when no process can be started', async () => {
    const { pod, gate } = await withoutProcesses(name, shell);

    expect(await gate.ended).toBe(75);
    await pod.heard('stopped');
    expect(pod.lastLine).toMatch(/^stopped \d+ 137$/);
  });
});

describeOf(owned)(`As a user without rights, the gate in %s${condition}`, (name, shell) => {
  it('goes on when no process can be started, and stops the application at its deadline', async () => {
    const { pod, gate } = await withoutProcesses(name, shell);
    await pod.hears('running', 3);
    pod.allowFor(0);

    expect(await gate.ended).toBe(75);
    await pod.heard('stopped');
    expect(pod.lastLine).toMatch(/^stopped \d+ 1\d\d$/);
  });
});
