/** How the gate asks a check of its application, in every shell at hand; the tests play its elector. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { GatedPod, IDLE, shells, TERM } from '../support/gated-pod';
import { cleanUp, eventually } from '../support/processes';

afterAll(cleanUp);

// One flat block a shell: only the tests of one block run side by side.
describe.each(shells)('The gate in %s', (_name, shell) => {
  const newPod = (): GatedPod => new GatedPod(shell).makeFifos().openFifos();

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
});
