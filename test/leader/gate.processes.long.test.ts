/** The processes that the gate starts for itself, in every shell at hand. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { GatedPod, shells } from '../support/gated-pod';
import { cleanUp, eventually, fakeCommand } from '../support/processes';

afterAll(cleanUp);

const IDLE = 'exec tail -f /dev/null';

/** Prints it. */
const NICENESS = "cut -d ' ' -f 19 /proc/self/stat";

/** Ticks without an early end take a heartbeat's time: more than these would be a loop that does not wait. */
const MOST_SLEEPS_PER_BEAT = 4;

describe.each(shells)('The gate in %s', (name, shell) => {
  const newPod = (): GatedPod => new GatedPod(shell).makeFifos().openFifos();

  it.concurrent('runs application and check with the lowest priority', async () => {
    const pod = newPod();
    const asked = path.join(pod.tools, 'asked');
    const gate = pod.checkedApp(['sh', '-c', `${NICENESS} >"$0"`, asked], `${NICENESS}; ${IDLE}`);
    await pod.begin();
    await pod.heard('answers');
    await gate.printed('\n');

    expect(gate.stdout).toBe('19\n');
    expect(fs.readFileSync(asked, 'utf8')).toBe('19\n');
  });

  it.concurrent('keeps the pipes from the check, and the stream from its pauses', async () => {
    const pod = newPod();
    const [asked = '', slept = '', times = ''] = ['asked', 'slept', 'times'].map((file) =>
      path.join(pod.tools, file),
    );
    const opened = (file: string): string => `readlink /proc/$$/fd/* >>"${file}"`;
    fs.writeFileSync(times, '');
    fakeCommand(pod.tools, 'sleep', `${opened(slept)}; exec /bin/sleep "$@"`);
    const gate = pod.checkedApp(['sh', '-c', `${opened(asked)}; echo >>"$0"; exit 1`, times], IDLE);
    await pod.begin();
    await pod.heard('running', 3);
    await eventually(() => fs.statSync(times).size > 3, 'four checks');
    gate.kill('SIGTERM');
    expect(await gate.ended).toBe(143);

    expect(fs.readFileSync(asked, 'utf8')).not.toContain(pod.folder);
    expect(fs.readFileSync(slept, 'utf8')).not.toContain(path.join(pod.folder, 'status'));
  });

  it.concurrent('keeps the stream from what it sleeps by, and sleeps between two ticks', async () => {
    const pod = newPod();
    const sleeps = path.join(pod.tools, 'sleeps');
    fs.writeFileSync(sleeps, '');
    fakeCommand(
      pod.tools,
      'sleep',
      `readlink /proc/$$/fd/* | tr '\\n' ' ' >>"${sleeps}"; echo >>"${sleeps}"; exec /bin/sleep "$@"`,
    );
    const gate = pod.app(IDLE);
    await pod.begin();
    await pod.heard('running', 6);
    const beats = pod.count('running');
    const slept = fs.readFileSync(sleeps, 'utf8').split('\n').slice(0, -1);
    gate.kill('SIGTERM');
    expect(await gate.ended).toBe(143);

    expect(slept.filter((files) => files.includes(path.join(pod.folder, 'status')))).toEqual([]);
    // Busybox waits by `read`, which bash is woken from.
    expect(slept.length > 0).toBe(name !== 'busybox sh');
    expect(slept.length).toBeLessThan(MOST_SLEEPS_PER_BEAT * beats);
  });
});
