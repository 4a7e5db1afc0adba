/** How the gate stops its application when it is no longer allowed, in every shell at hand; the tests play its elector. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { AN_HOUR, GatedPod, IDLE, shells, TERM } from '../support/gated-pod';
import { cleanUp, eventually, pause, uptime } from '../support/processes';

afterAll(cleanUp);

// One flat block a shell: only the tests of one block run side by side.
describe.each(shells)('The gate in %s', (_name, shell) => {
  const newPod = (killAfter?: number): GatedPod => new GatedPod(shell, killAfter).makeFifos().openFifos();

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

  it.concurrent('does not forget a deadline that has passed when that is moved on again', async () => {
    const pod = newPod(AN_HOUR);
    const end = path.join(pod.tools, 'end');
    const gate = pod.app(
      `trap "echo told" TERM; echo up; until [ -e "${end}" ]; do sleep 0.05; done; exit 5`,
    );
    const id = await pod.begin();
    await gate.printed('up');
    pod.allowFor(0);
    await gate.printed('told');
    pod.allowFor(AN_HOUR);
    await pod.hears('running', 2);
    fs.writeFileSync(end, '');
    expect(await gate.ended).toBe(75);
    await pod.heard('stopped');
    expect(pod.lastLine).toBe(`stopped ${id} 5`);
  });

  it.concurrent(
    'says so when the deadline and the application have ended while it could not look',
    async () => {
      const pod = newPod(AN_HOUR);
      const end = path.join(pod.tools, 'end');
      const gate = pod.app(`echo up; until [ -e "${end}" ]; do sleep 0.05; done; echo bye; exit 5`);
      const id = await pod.begin();
      await gate.printed('up');
      gate.kill('SIGSTOP');
      fs.writeFileSync(end, '');
      await gate.printed('bye');
      pod.allowFor(0);
      await pause(100);
      gate.kill('SIGCONT');
      expect(await gate.ended).toBe(75);
      await pod.heard('stopped');
      expect(pod.lastLine).toBe(`stopped ${id} 5`);
    },
  );

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
