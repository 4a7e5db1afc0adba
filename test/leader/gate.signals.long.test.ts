/** What becomes of signals that the gate gets, in every shell at hand; the tests play its elector. */
import { AN_HOUR, GatedPod, IDLE, shells } from '../support/gated-pod';
import { cleanUp, type Running } from '../support/processes';

afterAll(cleanUp);

// One flat block a shell: only the tests of one block run side by side.
describe.each(shells)('The gate in %s', (_name, shell) => {
  const newPod = (): GatedPod => new GatedPod(shell).makeFifos().openFifos();

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
});

/** Busybox cannot undo that it ignores this signal in the background. */
const undoing = shells.filter(([name]) => name !== 'busybox sh');

describe.each(undoing)('The gate in %s', (_name, shell) => {
  it('passes on a signal that comes while the application is being started', async () => {
    const pod = new GatedPod(shell)
      .altered(
        ['(trap - INT QUIT CHLD;', '(sleep 0.5; trap - INT QUIT CHLD;'],
        ["app=$! asker=''", "app=$!; kill -QUIT $$$$; asker=''"],
      )
      .makeFifos()
      .openFifos();
    const gate = pod.app(IDLE);
    const id = await pod.begin();
    expect(await gate.ended).toBe(131);
    await pod.heard('stopped');
    expect(pod.lastLine).toBe(`stopped ${id} 131`);
  });
});
