/** The processes of a container, found from outside of its namespace. */
import { readFileSync } from 'node:fs';

export interface ContainerProcesses {
  /** The gate: the first process. */
  readonly main: number | undefined;

  /** The gate's own child that looks at the deadline while the application runs. */
  readonly fence: number | undefined;
  readonly application: number | undefined;
}

/** @param outer the process outside of the namespace that holds it */
export function processesOf(outer: number | undefined): ContainerProcesses {
  const main = outer === undefined ? undefined : childrenOf(outer)[0];
  const children = main === undefined ? [] : childrenOf(main);
  const application = children.find((pid) => !isGate(pid));
  const fence = application === undefined ? undefined : children.find(isGate);
  return { main, fence, application };
}

/** A process that has just ended gets no signal any more. */
export function signal(pids: readonly (number | undefined)[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      if (pid !== undefined) process.kill(pid, name);
    } catch {
      continue;
    }
  }
}

function childrenOf(pid: number): readonly number[] {
  const words = read(`/proc/${pid}/task/${pid}/children`).split(' ');
  return words.filter((word) => word !== '').map(Number);
}

function isGate(pid: number): boolean {
  return read(`/proc/${pid}/cmdline`).includes('gate.sh');
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
