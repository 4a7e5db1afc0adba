/** Programs of this machine: where they are, what they print, and what makes one the first of a process namespace. */
import { spawnSync } from 'node:child_process';

/** What a command prints if it succeeds. */
export function tells([program = '', ...options]: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, options, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** The path of a command, if there is one. */
export function locate(name: string): string | undefined {
  return tells(['sh', '-c', 'command -v "$0"', name]);
}

/** Makes the command that follows process 1, with a /proc and mounts of its own. */
export const AS_PROCESS_1 = [
  locate('unshare') ?? 'unshare',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
];
