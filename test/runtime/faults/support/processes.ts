/** The processes of a container, found from outside of its namespace. */
import { readFileSync } from 'node:fs';
import { APPLICATION, GATE } from './paths';

export interface ContainerProcesses {
  /** The gate: the first process. */
  readonly main: number | undefined;

  /** What the gate keeps beside it, such as a fence. */
  readonly helpers: readonly number[];
  readonly application: number | undefined;
}

/** @param outer the process outside of the namespace that holds it */
export function processesOf(outer: number | undefined): ContainerProcesses {
  const main = outer === undefined ? undefined : childrenOf(outer)[0];
  const others = main === undefined ? [] : descendantsOf(main);
  return {
    main,
    helpers: others.filter((pid) => programOf(pid) === GATE),
    application: others.find((pid) => programOf(pid) === APPLICATION),
  };
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

function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** What its interpreter runs. */
function programOf(pid: number): string | undefined {
  return read(`/proc/${pid}/cmdline`).split('\0')[1];
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
