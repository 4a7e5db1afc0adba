/** Whose fence is measured: the gate's in each shell at hand, and that of an earlier gate. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { locate } from '../../cluster/processes/programs';

/** The last commit whose fence was a child of the gate, at the application's priority. */
const EARLIER = 'e1e8ebd';

const GATE = 'lib/leader/gate.sh';

export interface Subject {
  readonly name: string;
  readonly shell: readonly string[];
  readonly gate: string;

  /** The tools that images with this shell have. */
  readonly path: string;
}

/** `folder` is for what has to be made. */
export function subjectsIn(folder: string): readonly Subject[] {
  const path = process.env['PATH'] ?? '';
  const gate = resolve(GATE);
  const found: Subject[] = [];
  const [dash, bash, busybox] = ['dash', 'bash', 'busybox'].map(locate);
  if (busybox !== undefined) {
    const tools = `${busyboxTools(busybox, join(folder, 'busybox'))}:${path}`;
    found.push({ name: 'gate, busybox', shell: [busybox, 'sh'], gate, path: tools });
  }
  if (bash !== undefined) found.push({ name: 'gate, bash', shell: [bash], gate, path });
  if (dash !== undefined) {
    found.push({ name: 'gate, dash', shell: [dash], gate, path });
    found.push({ name: 'before, dash', shell: [dash], gate: earlierGate(folder), path });
  }
  return found;
}

function earlierGate(folder: string): string {
  const file = join(folder, 'earlier-gate.sh');
  writeFileSync(file, execFileSync('git', ['show', `${EARLIER}:${GATE}`]));
  return file;
}

function busyboxTools(busybox: string, folder: string): string {
  mkdirSync(folder);
  const names = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const name of names) symlinkSync(busybox, join(folder, name));
  return folder;
}
