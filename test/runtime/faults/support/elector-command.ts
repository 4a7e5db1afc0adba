/** How a member's elector is started: as the constructs render it, for one that runs on this machine. */
import { join } from 'node:path';
import { FAKETIME } from './faketime';
import { type MemberFacts, ROLE } from './history';
import type { Schedule } from './schedule';
import type { Command } from './supervised';

export interface ElectorOptions {
  readonly facts: MemberFacts;
  readonly group: string;
  readonly namespace: string;
  readonly schedule: Pick<Schedule, 'timing' | 'routing' | 'asksPeersFor'>;
  readonly peers: readonly string[];

  /** Of the member. */
  readonly folder: string;
  readonly address: string;
  readonly credentials: string;
  readonly runtime: string;
  readonly proxyPort: number;

  /** Whether its wall clock can be moved. */
  readonly hasOwnClock: boolean;

  /** What it is told of its application. */
  readonly applicationFlags: Readonly<Record<string, string>>;
}

/** The DNS name under which members have names of their own. */
export const PEER_SERVICE = 'peers';

const PORT = 9400;
const START_TIMEOUT = '5s';

/** Runs a command that finds its peers by a file of its own: `HOSTS COMMAND…`. */
const WITH_HOSTS = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"'];

/** How much its wall clock is ahead. */
export function clockIn(folder: string): string {
  return join(folder, 'clock');
}

/** Where it finds its peers. */
export function hostsIn(folder: string): string {
  return join(folder, 'hosts');
}

export function electorCommand(options: ElectorOptions): Command {
  const { facts, namespace, folder, proxyPort, runtime, hasOwnClock } = options;
  const clock = {
    LD_PRELOAD: FAKETIME ?? '',
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_TIMESTAMP_FILE: clockIn(folder),
    FAKETIME_CACHE_DURATION: '1',
  };
  const env = {
    POD_NAME: facts.pod,
    POD_UID: facts.uid,
    POD_IPS: facts.ip,
    POD_NAMESPACE: namespace,
    NODE_NAME: 'node',
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String(proxyPort),
    FAILSAFE_KEY: 'a key of the tests',
    ...(hasOwnClock && clock),
  };
  const elector = [process.execPath, runtime, 'elect', ...flagsOf(options)];
  return { words: [...WITH_HOSTS, hostsIn(folder), ...elector], env };
}

function flagsOf(options: ElectorOptions): readonly string[] {
  const { group, schedule, peers, folder, address, credentials, applicationFlags } = options;
  const { leaseDuration, renewDeadline, retryPeriod, killAfter } = schedule.timing;
  const flags = {
    'lease-name': group,
    'lease-duration': seconds(leaseDuration),
    'renew-deadline': seconds(renewDeadline),
    'retry-period': seconds(retryPeriod),
    'kill-after': seconds(killAfter),
    ...applicationFlags,
    routing: schedule.routing,
    ...(schedule.routing === 'endpoint-slice' && {
      service: group,
      slice: group,
      'slice-port': 'http:80/TCP',
    }),
    'role-label': ROLE.label,
    'leader-value': ROLE.leader,
    'standby-value': ROLE.standby,
    peers: peers.join(','),
    'app-start-timeout': START_TIMEOUT,
    dir: join(folder, 'ha'),
    listen: `${address}:${PORT}`,
    credentials,
    ...(schedule.asksPeersFor !== undefined && {
      'failsafe-service': PEER_SERVICE,
      'failsafe-longest': seconds(schedule.asksPeersFor),
    }),
  };
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000}s`;
}
