/** What a member's application runs in: behind a gate, or, as a hot standby, by itself. */
import { join } from 'node:path';
import { AS_PROCESS_1 } from '../../../../cluster/processes/programs';
import type { Command } from '../../../../cluster/processes/supervised';
import type { Target } from './faults';
import type { Hindrance } from './history';
import { APPLICATION, GATE, HOT_APPLICATION } from './paths';
import { processesOf } from './processes';
import type { Schedule } from './schedule';

export type Pids = readonly (number | undefined)[];

export interface Container {
  readonly command: Command;

  /** What the elector is told of it. */
  readonly flags: Readonly<Record<string, string>>;

  /** Its processes of that target. `outer` is the one that was started. */
  pids(target: Target, outer: number | undefined): Pids;

  /** Which of them gets the SIGTERM that is meant for the target. */
  toldToEnd(target: Target, outer: number | undefined): Pids;

  /** What keeps the member from stopping its application while that target is stopped, or gone and not back. */
  readonly hindrances: Readonly<Partial<Record<Target, Hindrance['of']>>>;
}

export interface ContainerOptions {
  readonly schedule: Schedule;

  /** Of the member. */
  readonly folder: string;
  readonly address: string;
}

const APP_PORT = 8080;
const HOOK_PORT = 8081;

export function containerOf(options: ContainerOptions): Container {
  return { cold: coldContainer, hot: hotContainer }[options.schedule.standby](options);
}

/** What an application writes down of its leads. */
export function recordsIn(folder: string): string {
  return join(folder, 'runs');
}

export function illnessesIn(folder: string): string {
  return join(folder, 'illnesses');
}

function coldContainer({ schedule, folder, address }: ContainerOptions): Container {
  const { startMs, stopMs, timing } = schedule;
  const application = [process.execPath, APPLICATION, recordsIn(folder), address, APP_PORT, startMs, stopMs];
  return {
    command: {
      words: [...AS_PROCESS_1, 'sh', GATE, ...application.map(String)],
      env: { HA_DIR: join(folder, 'ha'), HA_KILL_AFTER: String(timing.killAfter / 10) },
    },
    flags: { standby: 'cold', 'app-check': `http://${address}:${APP_PORT}/` },
    pids(target, outer) {
      const { main, helpers, application: pid } = processesOf(outer);
      switch (target) {
        case 'elector':
          return [];
        case 'gate':
          return [main, ...helpers];
        case 'gate-main':
          // Without a fence that goes on, a gate that is stopped is a gate that is stopped.
          return helpers.length === 0 ? [] : [main];
        case 'application':
          return [pid];
        case 'member':
          return [pid, main, ...helpers];
      }
    },
    toldToEnd(target, outer) {
      const { main, application: pid } = processesOf(outer);
      if (target === 'elector') return [];
      return [target === 'application' ? pid : main];
    },
    hindrances: { gate: 'gate', member: 'gate' },
  };
}

function hotContainer({ schedule, folder, address }: ContainerOptions): Container {
  const { startMs, stopMs } = schedule;
  const files = [recordsIn(folder), illnessesIn(folder)];
  const words = [process.execPath, HOT_APPLICATION, ...files, address, APP_PORT, HOOK_PORT, startMs, stopMs];
  // The pods of a node have a 127.0.0.1 each; the members on this machine have an address of 127.0.0.0/8 each.
  const hook = `http://${address}:${HOOK_PORT}`;
  const pids = (target: Target, outer: number | undefined) => (target === 'elector' ? [] : [outer]);
  return {
    command: { words: words.map(String), env: {} },
    flags: {
      standby: 'hot',
      'app-check': `http://${address}:${APP_PORT}/check`,
      'on-promote': `${hook}/promote`,
      'on-demote': `${hook}/demote`,
    },
    pids,
    toldToEnd: pids,
    hindrances: { elector: 'elector', application: 'application', member: 'application' },
  };
}
